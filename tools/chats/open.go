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
	Problem     string
	Suggestions []string // files that the caller may have meant
}

func (e *PathError) Error() string { return e.Problem }

// Open opens a regular file below a folder. No path, link or race leads out of the
// folder, since the path is resolved within an os.Root.
func Open(folder, path string) (*os.File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of --chats-dir: %w", withoutPath(err))
	}
	defer func() { _ = root.Close() }()
	if filepath.IsAbs(path) {
		return nil, &PathError{Problem: "must be relative to the folder of --chats-dir", Suggestions: listFiles(root)}
	}
	if info, err := root.Stat(path); err != nil {
		return nil, explainRefusal(root, err)
	} else if !info.Mode().IsRegular() {
		return nil, notRegular(root)
	}
	// The file may have been replaced by a pipe, whose opening would wait for a writer.
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
	return &PathError{Problem: "is not a regular file", Suggestions: listFiles(root)}
}

func explainRefusal(root *os.Root, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &PathError{Problem: "does not exist in the folder of --chats-dir", Suggestions: listFiles(root)}
	case errors.Is(err, fs.ErrPermission):
		return &PathError{Problem: "may not be read by this server"}
	}
	return &PathError{Problem: "is not in the folder of --chats-dir: " + withoutPath(err).Error(), Suggestions: listFiles(root)}
}

// withoutPath returns an error without its path, which callers must not know.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// The bounds of listFiles.
const (
	maxListed = 5
	maxRead   = 500 // entries of the folder
)

// listFiles lists JSON Lines files in the folder itself.
func listFiles(root *os.Root) []string {
	folder, err := root.Open(".")
	if err != nil {
		return nil
	}
	defer func() { _ = folder.Close() }()
	entries, _ := folder.ReadDir(maxRead) // after an error it has the entries before it
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var names []string
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		if len(names) < maxListed && entry.Type().IsRegular() && slices.Contains([]string{".jsonl", ".ndjson", ".json"}, extension) {
			names = append(names, entry.Name())
		}
	}
	return names
}
