package state

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestDirectoryIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows has no permission bits")
	}
	path := filepath.Join(t.TempDir(), "new", "state")
	d := NewDirectory(path)
	hold, _ := mustAcquire(t, d, slotA)
	if err := d.Intend(t.Context(), slotA, Entry{Token: id(1), Began: began, Stage: Intended}, hold); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Count(t.Context(), Tally{Caller: "c", Day: "2026-01-31"}, id(1), 1); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
		return nil
	})
	if err != nil || files != 3 {
		t.Errorf("%d files, %v; want a lock, a log and a count", files, err)
	}
	hold.Release()
	if locks, err := os.ReadDir(filepath.Join(d.root, "locks")); err != nil || len(locks) != 0 {
		t.Errorf("locks that nobody holds stay behind: %v, %v", locks, err)
	}
}

func TestDamagedAndForeignLines(t *testing.T) {
	whole := Entry{Token: id(1), Began: began, Stage: Started, Job: id(2)}
	torn := Entry{Token: id(3), Began: began, Stage: Intended}.Encode()
	for name, damage := range map[string][]byte{
		"torn":            torn[:len(torn)/2],
		"another version": bytes.Replace(torn, []byte(`"v":1`), []byte(`"v":2`), 1),
		"zeroes":          make([]byte, 512),
		"text":            []byte("hello\nworld"),
		"another's JSON":  []byte(`{"jobs":[1,2,3]}`),
	} {
		t.Run(name, func(t *testing.T) {
			d := NewDirectory(t.TempDir())
			if err := d.Record(t.Context(), slotA, whole); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile(d.log("2026-01-31", slotA), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.Write(damage); err != nil {
				t.Fatal(err)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			after := Entry{Token: id(4), Began: began, Stage: Intended}
			if err := d.Record(t.Context(), slotA, after); err != nil {
				t.Fatal(err)
			}
			hold, found, err := d.Acquire(t.Context(), slotA)
			if err != nil {
				t.Fatal(err)
			}
			hold.Release()
			if !found.Damaged || len(found.Entries) != 2 || !equalEntries(found.Entries[0], whole) || !equalEntries(found.Entries[1], after) {
				t.Errorf("found %+v", found)
			}
		})
	}
}

func TestOldDaysAreRemoved(t *testing.T) {
	d := NewDirectory(t.TempDir())
	for day := range 10 {
		entry := Entry{Token: id(day), Began: began.Add(time.Duration(day) * 24 * time.Hour), Stage: Intended}
		if err := d.Record(t.Context(), slotA, entry); err != nil {
			t.Fatal(err)
		}
	}
	days, err := d.days()
	if err != nil || len(days) > keptDays+1 || days[len(days)-1] != "2026-02-09" {
		t.Errorf("kept %v, %v", days, err)
	}
	hold, entries := mustAcquire(t, d, slotA)
	hold.Release()
	if len(entries) != len(days) {
		t.Errorf("%d entries in %d days", len(entries), len(days))
	}
}

// A clock that jumps ahead and back removes nothing.
func TestJumpingClockRemovesNothing(t *testing.T) {
	d := NewDirectory(t.TempDir())
	for n, at := range []time.Time{began, began.AddDate(10, 0, 0), began.Add(time.Minute)} {
		if err := d.Record(t.Context(), slotA, Entry{Token: id(n), Began: at, Stage: Intended}); err != nil {
			t.Fatal(err)
		}
	}
	hold, entries := mustAcquire(t, d, slotA)
	hold.Release()
	if len(entries) != 3 {
		t.Errorf("found %d entries, want 3", len(entries))
	}
}

// daySlot returns a slot of its own scope: a write to it creates a directory and removes
// old days.
func daySlot(n int) Slot { return Slot{Scope: "scope" + fmt.Sprint(n), Key: "key"} }

// A clock that was ahead for one call does not affect the correct days, then and later.
func TestClockWasAhead(t *testing.T) {
	d := NewDirectory(t.TempDir())
	for day := range 20 {
		at := began.AddDate(0, 0, day)
		mustRecord(t, d, daySlot(2*day), Entry{Token: id(day), Began: at, Stage: Started, Job: id(day)})
		if day == 10 {
			mustRecord(t, d, daySlot(1000), Entry{Token: id(1000), Began: at.AddDate(0, 0, 5), Stage: Intended})
		}
		mustRecord(t, d, daySlot(2*day+1), Entry{Token: id(day), Began: at.Add(time.Second), Stage: Started, Job: id(day)})
		for _, recent := range []int{day, max(day-1, 0)} {
			for _, slot := range []Slot{daySlot(2 * recent), daySlot(2*recent + 1)} {
				if len(entriesOf(t, d, slot)) != 1 {
					t.Errorf("on day %d nothing is known of %v", day, slot)
				}
			}
		}
	}
}

// If LangSmith's clock is known, this machine's does not matter.
func TestWrongClocks(t *testing.T) {
	d := NewDirectory(t.TempDir())
	for n := range 30 {
		entry := Entry{Token: id(n), Began: began.AddDate(0, 0, n*n), ServerTime: began.Add(time.Duration(n) * time.Hour), Stage: Started, Job: id(n)}
		mustRecord(t, d, daySlot(n), entry)
	}
	for n := range 30 {
		if len(entriesOf(t, d, daySlot(n))) != 1 {
			t.Errorf("entry %d is gone", n)
		}
	}
}

// A clock that was set back prevents no write and removes nothing.
func TestClockSetBack(t *testing.T) {
	d := NewDirectory(t.TempDir())
	for day := range keptDays {
		mustRecord(t, d, daySlot(day), Entry{Token: id(day), Began: began.AddDate(0, 0, day), Stage: Started, Job: id(day)})
	}
	for day := range 3 * keptDays {
		entry := Entry{Token: id(100 + day), Began: began.AddDate(-1, 0, day), Stage: Intended}
		mustRecord(t, d, daySlot(100+day), entry)
		if _, err := d.Count(t.Context(), Tally{Caller: "c", Day: entry.day()}, id(day), 1); err != nil {
			t.Fatal(err)
		}
		if len(entriesOf(t, d, daySlot(100+day))) != 1 {
			t.Errorf("what was written on day %d is gone", day)
		}
	}
	for day := range keptDays {
		if len(entriesOf(t, d, daySlot(day))) != 1 {
			t.Errorf("what was written before is gone: day %d", day)
		}
	}
}

func TestInvalidDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := NewDirectory(path)
	if err := d.Ping(t.Context()); err == nil {
		t.Error("a file can be written like a directory")
	}
	if _, _, err := d.Acquire(t.Context(), slotA); err == nil {
		t.Error("acquired in a file")
	}
	if err := d.Record(t.Context(), slotA, Entry{Token: id(1), Began: began, Stage: Intended}); err == nil {
		t.Error("recorded in a file")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := d.Ping(t.Context()); err != nil {
		t.Errorf("it did not recover: %v", err)
	}
}
