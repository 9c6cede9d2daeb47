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
// A line is written with one append and synced, so that a process that dies
// leaves whole lines behind, and a machine that dies leaves at most its last
// line torn. An entry stays in the file of the day it began. Days are removed
// as wholes, so that nothing is ever rewritten.
//
// The locks are the kernel's (flock, or LockFileEx): a dead process holds none.
type Directory struct{ root string }

// The longest file that is read whole, in bytes. A slot holds a few lines.
const longestLog = 1 << 20

// NewDirectory returns a store below a directory, which is made when first
// needed.
func NewDirectory(path string) *Directory {
	return &Directory{root: filepath.Join(path, "paid-v1")}
}

// String implements Store.
func (d *Directory) String() string { return "the state directory" }

// Close implements Store.
func (d *Directory) Close() error { return nil }

// Ping implements Store.
func (d *Directory) Ping(context.Context) error {
	name := filepath.Join(d.root, "ping-"+uuid.NewString())
	if err := d.append(name, nil); err != nil {
		return err
	}
	return os.Remove(name)
}

// Acquire implements Store.
func (d *Directory) Acquire(ctx context.Context, slot Slot) (Hold, Recalled, error) {
	hold, err := d.lock(ctx, slot.Key)
	if err != nil {
		return nil, Recalled{}, err
	}
	found, err := d.Load(ctx, slot)
	if err != nil {
		hold.Release()
		return nil, Recalled{}, err
	}
	return hold, found, nil
}

// Load implements Store.
func (d *Directory) Load(_ context.Context, slot Slot) (Recalled, error) {
	days, err := d.days()
	if err != nil {
		return Recalled{}, err
	}
	var found Recalled
	for _, day := range days {
		if err := readLog(filepath.Join(d.root, day, slot.Scope, slot.Key+".log"), &found); err != nil {
			return Recalled{}, err
		}
	}
	return found, nil
}

// Intend implements Store. The kernel's locks are never lost, so there is
// nothing to check in hold.
func (d *Directory) Intend(ctx context.Context, slot Slot, entry Entry, _ Hold) error {
	return d.Record(ctx, slot, entry)
}

// Record implements Store.
func (d *Directory) Record(_ context.Context, slot Slot, entry Entry) error {
	day := entry.Began.UTC().Format(dayFormat)
	return d.append(filepath.Join(d.root, day, slot.Scope, slot.Key+".log"), entry.Encode())
}

// Survey implements Store.
func (d *Directory) Survey(_ context.Context, scope string) (Surveyed, error) {
	days, err := d.days()
	if err != nil {
		return Surveyed{}, err
	}
	var all Surveyed
	for _, day := range days {
		directory := filepath.Join(d.root, day, scope)
		logs, err := os.ReadDir(directory)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Surveyed{}, fmt.Errorf("read the state: %w", err)
		}
		for _, log := range logs {
			var found Recalled
			if err := readLog(filepath.Join(directory, log.Name()), &found); err != nil {
				return Surveyed{}, err
			}
			all.Damaged = all.Damaged || found.Damaged
			for _, entry := range found.Entries {
				all.add(entry)
			}
		}
	}
	return all, nil
}

// days lists the day directories, the oldest first.
func (d *Directory) days() ([]string, error) {
	names, err := os.ReadDir(d.root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	var days []string
	for _, name := range names {
		if _, err := time.Parse(dayFormat, name.Name()); err == nil && name.IsDir() {
			days = append(days, name.Name())
		}
	}
	slices.Sort(days)
	return days, nil
}

// sweep removes the days before the newest few. What cannot be removed now is
// tried again with the next new day.
func (d *Directory) sweep() {
	days, err := d.days()
	if err != nil {
		return
	}
	for _, day := range days[:max(len(days)-keptDays, 0)] {
		_ = os.RemoveAll(filepath.Join(d.root, day))
	}
}

func (d *Directory) tally(t Tally) string {
	return filepath.Join(d.root, t.Day, "tally-"+t.Caller)
}

// Count implements Store.
func (d *Directory) Count(ctx context.Context, tally Tally, token uuid.UUID, most int) (bool, error) {
	hold, err := d.lock(ctx, "tally-"+tally.Caller)
	if err != nil {
		return false, err
	}
	defer hold.Release()
	counted, err := os.ReadDir(d.tally(tally))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read the state: %w", err)
	}
	known := slices.ContainsFunc(counted, func(e fs.DirEntry) bool { return e.Name() == token.String() })
	if known || len(counted) >= most {
		return known, nil
	}
	return true, d.append(filepath.Join(d.tally(tally), token.String()), nil)
}

// Uncount implements Store.
func (d *Directory) Uncount(_ context.Context, tally Tally, token uuid.UUID) error {
	err := os.Remove(filepath.Join(d.tally(tally), token.String()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write the state: %w", err)
	}
	return nil
}
