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
	Near    []string // files that may have been meant
}

func (e *PathError) Error() string { return e.Problem }

// Open opens a regular file below a folder. No path, link or race leads out of the
// folder: it is held open, and the path is resolved inside it.
func Open(folder, path string) (*os.File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of --chats-dir: %w", withoutPath(err))
	}
	defer func() { _ = root.Close() }()
	if filepath.IsAbs(path) {
		return nil, &PathError{Problem: "must be relative to the folder of --chats-dir", Near: listFiles(root)}
	}
	if info, err := root.Stat(path); err != nil {
		return nil, explainRefusal(root, err)
	} else if !info.Mode().IsRegular() {
		return nil, notRegular(root)
	}
	// By now it may be a pipe instead, whose opening would wait for a writer.
	file, err := root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, explainRefusal(root, err)
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, notRegular(root)
	}
	return file, nil
}

func notRegular(root *os.Root) error {
	return &PathError{Problem: "is no regular file", Near: listFiles(root)}
}

func explainRefusal(root *os.Root, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &PathError{Problem: "is not there, below the folder of --chats-dir", Near: listFiles(root)}
	case errors.Is(err, fs.ErrPermission):
		return &PathError{Problem: "may not be read by this server"}
	}
	return &PathError{Problem: "is not below the folder of --chats-dir: " + withoutPath(err).Error(), Near: listFiles(root)}
}

// withoutPath returns an error without the path in it, which callers must not learn.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

const (
	maxNamed = 5   // files that are named
	maxRead  = 500 // entries of the folder that are read to find them
)

// listFiles names JSON Lines files of the folder itself.
func listFiles(root *os.Root) []string {
	folder, err := root.Open(".")
	if err != nil {
		return nil
	}
	defer func() { _ = folder.Close() }()
	entries, _ := folder.ReadDir(maxRead) // what could be read is enough
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var names []string
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		if len(names) < maxNamed && entry.Type().IsRegular() && slices.Contains([]string{".jsonl", ".ndjson", ".json"}, extension) {
			names = append(names, entry.Name())
		}
	}
	return names
}
