package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/google/uuid"
)

const (
	// longestLog is the size of the largest log that is read, in bytes. Versions
	// before the first that compacts let logs grow to a few megabytes.
	longestLog = 16 << 20
	// compactAt is the size from which on a log is compacted before a line is added.
	compactAt = 64 << 10
)

func errTooLarge(path string) error {
	return fmt.Errorf("%s is larger than the %d MiB that are read: remove it when no paid job is running", path, longestLog>>20)
}

// readLog returns a log's content.
func readLog(path string) ([]byte, error) {
	file, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, longestLog+1))
	if err == nil && len(data) > longestLog {
		err = errTooLarge(path)
	}
	return data, err
}

// addLog adds what a log holds to what was found. A log that is not there holds
// nothing; one that is there and holds nothing was emptied, since none is ever
// written so.
func (r *Recalled) addLog(path string) error {
	data, err := readLog(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		r.Damaged = true
		return fmt.Errorf("read the state: %w", err)
	}
	entries, damaged := decodeLog(data)
	r.Damaged = r.Damaged || damaged || len(entries) == 0
	for _, entry := range entries {
		at := slices.IndexFunc(r.Entries, func(have Entry) bool { return have.Token == entry.Token })
		switch {
		case at < 0:
			r.Entries = append(r.Entries, entry)
		case entry.Knows() >= r.Entries[at].Knows(): // an older version may have named the day otherwise
			r.Entries[at] = entry
		}
	}
	return nil
}

// emptied is a line that cannot be read, in the place of those that are gone: the
// next line would hide that there were any.
var emptied = []byte("\nemptied\n")

// isEmptied reports whether a log that is there says nothing.
func isEmptied(path string, size int64) bool {
	const shorterThanAnEntry = 64
	if size > shorterThanAnEntry {
		return false
	}
	data, err := readLog(path)
	return err == nil && len(bytes.TrimSpace(data)) == 0
}

// logLine is a line of a log with what it says.
type logLine struct {
	text  []byte
	entry Entry
	err   error // why it cannot be read
}

// parseLog returns the lines of a log that are not blank.
func parseLog(data []byte) []logLine {
	var lines []logLine
	for text := range bytes.Lines(data) {
		if text = bytes.TrimSpace(text); len(text) > 0 {
			entry, err := DecodeEntry(text)
			lines = append(lines, logLine{text, entry, err})
		}
	}
	return lines
}

// decodeLog returns the entries of a log, each as its last line has it.
func decodeLog(data []byte) (entries []Entry, damaged bool) {
	for _, line := range parseLog(data) {
		if line.err != nil {
			damaged = true
			continue
		}
		at := slices.IndexFunc(entries, func(have Entry) bool { return have.Token == line.entry.Token })
		if at < 0 {
			entries = append(entries, line.entry)
		} else {
			entries[at] = line.entry
		}
	}
	return entries, damaged
}

// compactLog returns a log without the lines that say nothing any more: those
// that a later one replaces, and intents that started nothing. What cannot be read
// stays, so that the next one to read the log learns of it.
func compactLog(data []byte) []byte {
	lines := parseLog(data)
	last := map[uuid.UUID]int{}
	for i, line := range lines {
		last[line.entry.Token] = i
	}
	var kept []byte
	for i, line := range lines {
		if line.err != nil || last[line.entry.Token] == i && !line.entry.startedNothing() {
			kept = appendLine(kept, line.text)
		}
	}
	return kept
}

// appendLine puts a newline on either side: the line before may have been torn.
func appendLine(log, line []byte) []byte {
	return slices.Concat(log, []byte("\n"), line, []byte("\n"))
}

// write adds an entry to the log of its slot and day. Writers take turns, since
// one that asked for a duplicate holds no slot.
func (d *Directory) write(ctx context.Context, slot Slot, entry Entry) error {
	turn, err := d.lock(ctx, slot.Key+".write")
	if err != nil {
		return err
	}
	defer turn.Release()
	path, line := d.log(entry.day(), slot), appendLine(nil, entry.Encode())
	if info, err := os.Lstat(path); err == nil {
		if isEmptied(path, info.Size()) {
			line = appendLine(emptied, line)
		}
		if info.Size() > compactAt || entry.startedNothing() {
			if compactFile(path, line) == nil {
				return nil
			} // or it is tried again with the next line
		}
	}
	file, err := openRegular(path, os.O_WRONLY|os.O_APPEND)
	if errors.Is(err, fs.ErrNotExist) {
		if entry.startedNothing() {
			return nil
		}
		if err := d.makeDay(entry.day(), slot.Scope); err != nil {
			return err
		}
		return replaceFile(path, line)
	}
	if err != nil {
		return err
	}
	return errors.Join(appendFile(file, line), file.Close())
}

// compactFile adds a line to a log and compacts it.
func compactFile(path string, line []byte) error {
	data, err := readLog(path)
	if err != nil {
		return err
	}
	kept := compactLog(slices.Concat(data, line))
	if len(kept) == 0 {
		return removeFile(path)
	}
	return replaceFile(path, kept)
}
