package chats

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// PathError says why a file was not opened.
type PathError struct {
	Problem string
	Near    []string // the files that could have been meant
}

func (e *PathError) Error() string { return e.Problem }

// Open opens a file below a folder. There is no way out of the folder, by a
// path, a link or a race: the folder itself is held open, and what a path means
// is resolved inside it. Only regular files are opened.
func Open(folder, path string) (*os.File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of --chats-dir: %w", bare(err))
	}
	defer func() { _ = root.Close() }()
	if filepath.IsAbs(path) {
		return nil, &PathError{Problem: "must be relative to the folder of --chats-dir", Near: near(root)}
	}
	if info, err := root.Stat(path); err != nil {
		return nil, refused(root, err)
	} else if !info.Mode().IsRegular() {
		return nil, notRegular(root)
	}
	// What was a file may be a pipe by now, whose opening would wait for a writer.
	file, err := root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, refused(root, err)
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, notRegular(root)
	}
	return file, nil
}

func notRegular(root *os.Root) error {
	return &PathError{Problem: "is no regular file", Near: near(root)}
}

func refused(root *os.Root, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &PathError{Problem: "is not there, below the folder of --chats-dir", Near: near(root)}
	case errors.Is(err, fs.ErrPermission):
		return &PathError{Problem: "may not be read by this server"}
	}
	return &PathError{Problem: "is not below the folder of --chats-dir: " + bare(err).Error(), Near: near(root)}
}

// bare is an error without the path in it, which is the operator's affair.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

const (
	mostNear   = 5   // files that are named
	mostLooked = 500 // files of a folder that are looked at for that
)

// near lists JSON Lines files of the folder itself.
func near(root *os.Root) []string {
	folder, err := root.Open(".")
	if err != nil {
		return nil
	}
	defer func() { _ = folder.Close() }()
	entries, _ := folder.ReadDir(mostLooked) // what could be read helps, and no more is needed
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var names []string
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		if len(names) < mostNear && entry.Type().IsRegular() && slices.Contains([]string{".jsonl", ".ndjson", ".json"}, extension) {
			names = append(names, entry.Name())
		}
	}
	return names
}
