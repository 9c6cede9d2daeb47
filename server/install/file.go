package install

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// fileMode is the mode of a new file, and of one with a key.
const fileMode fs.FileMode = 0o600

// file is a configuration file: as it was read, or with the content to write.
type file struct {
	path   string // the path that the client opens
	target string // the file itself, if path is a symbolic link
	exists bool
	mode   fs.FileMode
	mark   bool // whether it begins with a byte order mark
	body   []byte
}

func readFile(path string) (file, error) {
	f := file{path: path, target: path, mode: fileMode}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(path); err == nil {
			return f, fmt.Errorf("%s is a link to a file that does not exist: create that file or remove the link", path)
		}
		return f, nil
	case err != nil:
		return f, err
	case !info.Mode().IsRegular():
		return f, fmt.Errorf("%s is not a file", path)
	}
	if f.target, err = filepath.EvalSymlinks(path); err != nil {
		return f, err
	}
	f.exists, f.mode = true, info.Mode().Perm()
	raw, err := os.ReadFile(f.target)
	f.body, f.mark = bytes.CutPrefix(raw, byteOrderMark)
	return f, err
}

// withBody returns f with another body. If it has the key, only the owner may read it;
// Windows has no such mode bits, but others cannot open the profile's folder there.
func (f file) withBody(body []byte, hasKey bool) file {
	f.body = body
	if hasKey && runtime.GOOS != "windows" {
		f.mode &^= 0o077
	}
	return f
}

func (f file) bytes() []byte {
	if f.mark {
		return append(bytes.Clone(byteOrderMark), f.body...)
	}
	return f.body
}

// replaceWith replaces f with after, unless f has changed since it was read: some clients
// write their file at any time.
func (f file) replaceWith(after file) error {
	if err := os.MkdirAll(filepath.Dir(f.target), 0o700); err != nil {
		return err
	}
	now, err := readFile(f.path)
	if err != nil {
		return err
	}
	if now.exists != f.exists || !bytes.Equal(now.bytes(), f.bytes()) {
		return fmt.Errorf("%s was changed by another program at the same time, so nothing was written: close the client and run this again", f.path)
	}
	return writeFile(after.target, after.bytes(), after.mode)
}

// writeFile writes a file atomically. The temporary file is in the same folder, because a
// rename cannot cross file systems.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// refuse returns the error for a file that cannot be edited.
func (f file) refuse(o Options, err error) error {
	if errors.Is(err, errOtherEntry) {
		return fmt.Errorf("%s was not changed: %w, with %s", f.path, err, o.uninstallCommand())
	}
	return fmt.Errorf("%s was not changed: %w. Correct that, or move the file away, and run this again", f.path, err)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
