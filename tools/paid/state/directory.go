package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Directory is a store in a directory, which the processes of one user on one
// machine share. It needs no daemon.
//
//	paid-v1/locks/KEY                 locked while a process holds the slot
//	paid-v1/2026-01-31/SCOPE/KEY.log  a line for each change of an entry
//	paid-v1/2026-01-31/TALLY/TOKEN    an empty file for each job counted
//
// A line is written with one append and synced: a process that dies leaves whole lines,
// and a machine that dies leaves at most its last line incomplete. An entry stays in the
// file of the day on which it began, by LangSmith's clock if that is known. A large file
// is compacted: a new file is written beside it and replaces it. Days are removed as a
// whole.
//
// The locks are the kernel's (flock, or LockFileEx), so a dead process holds none.
// Reading requires only the permission to read.
type Directory struct{ root string }

// NewDirectory returns a store below a directory, which is created when it is needed.
func NewDirectory(path string) *Directory {
	return &Directory{root: filepath.Join(path, "paid-v1")}
}

// String implements Store.
func (d *Directory) String() string { return "the state directory" }

// Close implements Store.
func (d *Directory) Close() error { return nil }

// pingSize is the size of the file that tries the directory, in bytes: larger than an
// entry, since an empty file can be created on a full disk.
const pingSize = 64 << 10

// Ping implements Store.
func (d *Directory) Ping(context.Context) error {
	if _, err := d.days(); err != nil {
		return err
	}
	name := filepath.Join(d.root, "ping-"+uuid.NewString())
	_, err := makeDirectory(d.root)
	if err == nil {
		err = replaceFile(name, make([]byte, pingSize))
	}
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	return os.Remove(name)
}

// Acquire implements Store.
func (d *Directory) Acquire(ctx context.Context, slot Slot) (Hold, SlotEntries, error) {
	hold, noLock := d.lock(ctx, slot.Key)
	if ctx.Err() != nil && noLock != nil {
		return nil, SlotEntries{}, ctx.Err()
	}
	found, err := d.Load(ctx, slot)
	switch {
	case noLock != nil && err == nil:
		return nil, found, fmt.Errorf("%w: %w", ErrUnwritable, noLock)
	case noLock != nil:
		return nil, found, err
	case err != nil:
		hold.Release()
		return nil, found, err
	}
	return hold, found, nil
}

// Load implements Store.
func (d *Directory) Load(_ context.Context, slot Slot) (SlotEntries, error) {
	var found SlotEntries
	days, err := d.days()
	for _, day := range days {
		err = errors.Join(err, found.addLog(d.log(day, slot)))
	}
	return found, err
}

// Intend implements Store. It ignores hold, because the kernel's locks are never lost.
func (d *Directory) Intend(ctx context.Context, slot Slot, entry Entry, _ Hold) error {
	return d.Record(ctx, slot, entry)
}

// Record implements Store.
func (d *Directory) Record(ctx context.Context, slot Slot, entry Entry) error {
	if err := d.write(ctx, slot, entry); err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	return nil
}

// Survey implements Store.
func (d *Directory) Survey(_ context.Context, scope string) (SurveyResult, error) {
	var all SurveyResult
	days, err := d.days()
	for _, day := range days {
		directory := filepath.Join(d.root, day, scope)
		files, noList := os.ReadDir(directory)
		if noList != nil && !errors.Is(noList, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("read the state: %w", noList))
		}
		for _, file := range files {
			if filepath.Ext(file.Name()) != logExtension {
				continue // the file of a dead process
			}
			var found SlotEntries
			err = errors.Join(err, found.addLog(filepath.Join(directory, file.Name())))
			all.Damaged = all.Damaged || found.Damaged
			for _, entry := range found.Entries {
				all.add(entry)
			}
		}
	}
	return all, err
}

const logExtension = ".log"

// log returns the path of a slot's entries of a day.
func (d *Directory) log(day string, slot Slot) string {
	return filepath.Join(d.root, day, slot.Scope, slot.Key+logExtension)
}

// days lists the day directories, oldest first.
func (d *Directory) days() ([]string, error) {
	names, err := os.ReadDir(d.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	var days []string
	for _, name := range names {
		if _, noDay := time.Parse(dayFormat, name.Name()); noDay != nil {
			continue
		}
		if !name.IsDir() {
			err = errors.Join(err, fmt.Errorf("read the state: %s is not a directory: remove it", filepath.Join(d.root, name.Name())))
			continue
		}
		days = append(days, name.Name())
	}
	return days, err
}

// makeDay creates a directory in that of a day. With each new day it removes old days; a
// day that cannot be removed now is tried again with the next.
func (d *Directory) makeDay(day, name string) error {
	made, err := makeDirectory(filepath.Join(d.root, day, name))
	if err != nil || !made {
		return err
	}
	days, _ := d.days()
	for _, old := range oldDays(days, day) {
		_ = os.RemoveAll(filepath.Join(d.root, old))
	}
	return nil
}

func tallyName(t Tally) string { return "tally-" + t.Caller }

// Count implements Store.
func (d *Directory) Count(ctx context.Context, tally Tally, token uuid.UUID, limit int) (bool, error) {
	hold, err := d.lock(ctx, tallyName(tally))
	if err != nil {
		return false, fmt.Errorf("write the state: %w", err)
	}
	defer hold.Release()
	directory := filepath.Join(d.root, tally.Day, tallyName(tally))
	counted, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read the state: %w", err)
	}
	known := slices.ContainsFunc(counted, func(e fs.DirEntry) bool { return e.Name() == token.String() })
	if known || len(counted) >= limit {
		return known, nil
	}
	if err = d.makeDay(tally.Day, tallyName(tally)); err == nil {
		err = createEmpty(filepath.Join(directory, token.String()))
	}
	if err != nil {
		return false, fmt.Errorf("write the state: %w", err)
	}
	return true, nil
}

// ReadCount implements Store.
func (d *Directory) ReadCount(_ context.Context, tally Tally) (int, error) {
	counted, err := os.ReadDir(filepath.Join(d.root, tally.Day, tallyName(tally)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read the state: %w", err)
	}
	return len(counted), nil
}

// Uncount implements Store.
func (d *Directory) Uncount(_ context.Context, tally Tally, token uuid.UUID) error {
	err := os.Remove(filepath.Join(d.root, tally.Day, tallyName(tally), token.String()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write the state: %w", err)
	}
	return nil
}
