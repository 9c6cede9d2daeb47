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

// file is a configuration file as it was read, or as it is to be.
type file struct {
	path   string // as the client names it
	target string // where it is, when path is a link
	there  bool
	mode   fs.FileMode
	mark   bool // begins with a byte order mark
	body   []byte
}

func openFile(path string) (file, error) {
	f := file{path: path, target: path, mode: fileMode}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(path); err == nil {
			return f, fmt.Errorf("%s is a link to a file that does not exist: make that file or remove the link", path)
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
	f.there, f.mode = true, info.Mode().Perm()
	raw, err := os.ReadFile(f.target)
	f.body, f.mark = bytes.CutPrefix(raw, byteOrderMark)
	return f, err
}

// with is f with another body, kept from others if that holds a key. Windows has
// no such bits: there a profile's folder keeps its files from other users.
func (f file) with(body []byte, secret bool) file {
	f.body = body
	if secret && runtime.GOOS != "windows" {
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

// replace puts after in the place of f in one step, unless somebody else has
// changed the file meanwhile: some clients write theirs at any time.
func (f file) replace(after file) error {
	if err := os.MkdirAll(filepath.Dir(f.target), 0o700); err != nil {
		return err
	}
	now, err := openFile(f.path)
	if err != nil {
		return err
	}
	if now.there != f.there || !bytes.Equal(now.bytes(), f.bytes()) {
		return fmt.Errorf("%s was changed by another program just now and was left alone: close the client and run this again", f.path)
	}
	return writeFile(after.target, after.bytes(), after.mode)
}

// writeFile makes the file whole or not at all. It is os.WriteFile through a
// temporary file in the same folder, as the rename must not cross file systems.
func writeFile(path string, data []byte, mode fs.FileMode) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close() // a second Close after a failed one is harmless
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return err
	}
	if err = tmp.Chmod(mode); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// refuse is the error for a file that cannot be edited as it stands.
func (f file) refuse(err error) error {
	return fmt.Errorf("%s was left as it is: %w. Correct that, or move the file away, and run this again", f.path, err)
}
