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
	// maxLogSize is the size of the largest log that is read, in bytes. Versions without
	// compaction let logs grow to a few megabytes.
	maxLogSize = 16 << 20
	// compactAt is the size above which a log is compacted before a line is added.
	compactAt = 64 << 10
)

func newTooLargeError(path string) error {
	return fmt.Errorf("%s is larger than the %d MiB that are read: remove it when no paid job is running", path, maxLogSize>>20)
}

// readLog returns a log's content.
func readLog(path string) ([]byte, error) {
	file, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxLogSize+1))
	if err == nil && len(data) > maxLogSize {
		err = newTooLargeError(path)
	}
	return data, err
}

// addLog adds a log's entries to r. A missing log has no entries. An empty log has lost
// its entries, because no log is written empty.
func (r *SlotEntries) addLog(path string) error {
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
		case entry.Rank() >= r.Entries[at].Rank(): // an older version may have used another day
			r.Entries[at] = entry
		}
	}
	return nil
}

// emptied is an unreadable line in place of lost ones: otherwise the next line would hide
// the loss.
var emptied = []byte("\nemptied\n")

// isEmptied reports whether an existing log is empty.
func isEmptied(path string, size int64) bool {
	const shorterThanAnEntry = 64
	if size > shorterThanAnEntry {
		return false
	}
	data, err := readLog(path)
	return err == nil && len(bytes.TrimSpace(data)) == 0
}

// logLine is a line of a log with its entry.
type logLine struct {
	text  []byte
	entry Entry
	err   error // why it cannot be read
}

// parseLog returns the lines of a log that are not empty.
func parseLog(data []byte) []logLine {
	var lines []logLine
	for text := range bytes.Lines(data) {
		if text = bytes.TrimSpace(text); len(text) > 0 {
			entry, err := decodeEntry(text)
			lines = append(lines, logLine{text, entry, err})
		}
	}
	return lines
}

// decodeLog returns the entries of a log, each from its last line with the highest
// [Entry.Rank].
func decodeLog(data []byte) (entries []Entry, damaged bool) {
	for _, line := range parseLog(data) {
		if line.err != nil {
			damaged = true
			continue
		}
		at := slices.IndexFunc(entries, func(have Entry) bool { return have.Token == line.entry.Token })
		switch {
		case at < 0:
			entries = append(entries, line.entry)
		case line.entry.Rank() >= entries[at].Rank():
			entries[at] = line.entry
		}
	}
	return entries, damaged
}

// compactLog returns a log without unneeded lines: those that another line replaces, and
// intents that started nothing. Unreadable lines stay, so that the next reader notices
// them.
func compactLog(data []byte) []byte {
	lines := parseLog(data)
	last := map[uuid.UUID]int{}
	for i, line := range lines {
		if at, had := last[line.entry.Token]; !had || line.entry.Rank() >= lines[at].entry.Rank() {
			last[line.entry.Token] = i
		}
	}
	var kept []byte
	for i, line := range lines {
		if line.err != nil || last[line.entry.Token] == i && !line.entry.hasNoEffect() {
			kept = appendLine(kept, line.text)
		}
	}
	return kept
}

// appendLine adds a line between newlines, because the line before may be incomplete.
func appendLine(log, line []byte) []byte {
	return slices.Concat(log, []byte("\n"), line, []byte("\n"))
}

// write adds an entry to the log of its slot and day. It locks the log, because a call
// with AllowDuplicate holds no slot.
func (d *Directory) write(ctx context.Context, slot Slot, entry Entry) error {
	turn, err := d.lock(ctx, slot.Key+".write")
	if err != nil {
		return err
	}
	defer turn.Release()
	day := d.dayOf(slot, entry)
	path, line := d.log(day, slot), appendLine(nil, entry.Encode())
	if info, err := os.Lstat(path); err == nil {
		if isEmptied(path, info.Size()) {
			line = appendLine(emptied, line)
		}
		if info.Size() > compactAt || entry.hasNoEffect() {
			if compactFile(path, line) == nil {
				return nil
			} // otherwise it is tried again with the next line
		}
	}
	file, err := openRegular(path, os.O_WRONLY|os.O_APPEND)
	if errors.Is(err, fs.ErrNotExist) {
		if entry.hasNoEffect() {
			return nil
		}
		if err := d.makeDay(day, slot.Scope); err != nil {
			return err
		}
		return replaceFile(path, line)
	}
	if err != nil {
		return err
	}
	return errors.Join(appendFile(file, line), file.Close())
}

// dayOf returns the day of the log that has an entry, or will have it: LangSmith's time may
// become known after the entry was first written under another day.
func (d *Directory) dayOf(slot Slot, entry Entry) string {
	days, _ := d.days() // a new log is written if they cannot be read
	for _, day := range days {
		if day == entry.day() {
			continue
		}
		if data, err := readLog(d.log(day, slot)); err == nil && bytes.Contains(data, []byte(entry.Token.String())) {
			return day
		}
	}
	return entry.day()
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
