package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// openRegular opens a file, which must be a regular file.
func openRegular(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(path, flag|openFlags, 0o600)
	if err != nil {
		return nil, explain(path, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = newNotRegularError(path, info.Mode())
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// explain returns why a file could not be opened, and what is in its place if it is not a
// regular file.
func explain(path string, err error) error {
	if info, noInfo := os.Lstat(path); noInfo == nil && !info.Mode().IsRegular() {
		return newNotRegularError(path, info.Mode())
	}
	return err
}

func newNotRegularError(path string, mode fs.FileMode) error {
	kind := "a device"
	switch mode.Type() {
	case fs.ModeDir:
		kind = "a directory"
	case fs.ModeSymlink:
		kind = "a symbolic link"
	case fs.ModeNamedPipe:
		kind = "a FIFO"
	case fs.ModeSocket:
		kind = "a socket"
	}
	return fmt.Errorf("%s must be a file, but is %s: remove it", path, kind)
}

// createEmpty creates an empty file durably.
func createEmpty(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// replaceFile replaces a file's content durably and atomically.
func replaceFile(path string, content []byte) error {
	temporary := filepath.Join(filepath.Dir(path), "new-"+uuid.NewString())
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// removeFile removes a file durably.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// appendFile appends to a file durably, or leaves it unchanged.
func appendFile(file *os.File, content []byte) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size()+int64(len(content)) > maxLogSize {
		return newTooLargeError(file.Name())
	}
	if _, err = file.Write(content); err == nil {
		err = file.Sync()
	}
	if err != nil {
		_ = file.Truncate(info.Size()) // half a line would count as damage
	}
	return err
}

// makeDirectory creates a directory and its missing parents durably, and reports whether
// it did.
func makeDirectory(path string) (made bool, err error) {
	var changed []string // directories with a new entry
	for missing := path; ; missing = filepath.Dir(missing) {
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		changed = append(changed, filepath.Dir(missing))
	}
	if len(changed) == 0 {
		return false, nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return false, err
	}
	for _, directory := range changed {
		if err := syncDirectory(directory); err != nil {
			return false, err
		}
	}
	return true, nil
}
