package state

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// append adds a line to a file, or makes an empty one, durably. Its directories
// are made where they are missing.
func (d *Directory) append(path string, line []byte) error {
	file, made, err := d.open(path)
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	defer file.Close()
	if len(line) > 0 {
		// A newline on either side: the line before may have been torn.
		if _, err := file.Write(slices.Concat([]byte("\n"), line, []byte("\n"))); err != nil {
			return fmt.Errorf("write the state: %w", err)
		}
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	for _, directory := range made {
		if err := syncDirectory(directory); err != nil {
			return fmt.Errorf("write the state: %w", err)
		}
	}
	return nil
}

// open opens a file for appending, and returns the directories that have a new
// name in them.
func (d *Directory) open(path string) (*os.File, []string, error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, nil, err
	}
	directory := filepath.Dir(path)
	made := []string{directory}
	file, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, made, err
	}
	// At most three levels are new: the root, the day and the scope.
	for parent := directory; len(made) < 4; {
		parent = filepath.Dir(parent)
		made = append(made, parent)
		if _, err := os.Stat(parent); err == nil {
			break
		}
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, nil, err
	}
	d.sweep()
	file, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	return file, made, err
}

// readLog adds the entries of a file to what was found, each as its last line
// has it. A file that is not there holds none.
func readLog(path string, found *Recalled) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, longestLog))
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	found.Damaged = found.Damaged || len(data) == longestLog
	decodeLog(data, found)
	return nil
}

func decodeLog(data []byte, found *Recalled) {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		entry, err := DecodeEntry(line)
		if err != nil {
			found.Damaged = true
			continue
		}
		at := slices.IndexFunc(found.Entries, func(have Entry) bool { return have.Token == entry.Token })
		if at < 0 {
			found.Entries = append(found.Entries, entry)
		} else {
			found.Entries[at] = entry
		}
	}
}
