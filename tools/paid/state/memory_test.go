package state

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// mustRecord records an entry and fails the test if the store refuses it.
func mustRecord(t *testing.T, store Store, slot Slot, entry Entry) {
	t.Helper()
	if err := store.Record(t.Context(), slot, entry); err != nil {
		t.Fatal(err)
	}
}

// entriesOf returns the entries of a slot.
func entriesOf(t *testing.T, store Store, slot Slot) []Entry {
	t.Helper()
	found, err := store.Load(t.Context(), slot)
	if err != nil || found.Damaged {
		t.Fatalf("%+v, %v", found, err)
	}
	return found.Entries
}

// size returns the number of entries of a memory.
func (m *Memory) size() int { return m.ended.Len() + m.live.Len() }

func TestMemoryExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		mustRecord(t, m, slotA, Entry{Token: id(1), Began: time.Now(), Stage: Started, Job: id(2)})
		mustRecord(t, m, slotA, Entry{Token: id(4), Began: time.Now(), Stage: Ended})
		time.Sleep(Lifetime)
		mustRecord(t, m, slotB, Entry{Token: id(3), Began: time.Now(), Stage: Intended})
		if entries := entriesOf(t, m, slotA); len(entries) != 0 || len(m.slots) != 1 || m.size() != 1 || m.callers[slotA.Caller] != 1 {
			t.Errorf("%v, %d slots, %d entries", entries, len(m.slots), m.size())
		}
	})
}

var (
	running     = Entry{Token: id(-1), Began: began, Stage: Started, Job: id(-2)}
	runningSlot = Slot{Caller: "another", Scope: "another's", Key: "running"}
)

func slotOf(caller string, n int) Slot {
	return Slot{Caller: caller, Scope: caller, Key: fmt.Sprint(caller, n)}
}

// There may be any number of refused calls, since they cost nothing. They evict no running
// job of any caller.
func TestRefusedCallsEvictNothing(t *testing.T) {
	for name, caller := range map[string]func(n int) string{
		"one caller":   func(int) string { return "busy" },
		"many callers": func(n int) string { return fmt.Sprint("caller", n) },
	} {
		t.Run(name, func(t *testing.T) {
			m := NewMemory()
			mustRecord(t, m, runningSlot, running)
			for n := range maxEntries + 50 {
				slot, entry := slotOf(caller(n), n), Entry{Token: id(n), Began: began, Stage: Intended}
				mustRecord(t, m, slot, entry)
				entry.Stage = Ended
				mustRecord(t, m, slot, entry)
			}
			if m.size() > maxEntries || len(m.slots) != m.size() {
				t.Errorf("%d entries in %d slots", m.size(), len(m.slots))
			}
			if entries := entriesOf(t, m, runningSlot); len(entries) != 1 || !equalEntries(entries[0], running) {
				t.Errorf("found %+v", entries)
			}
		})
	}
}

// A caller with too many jobs loses their own oldest one.
func TestCallerBound(t *testing.T) {
	m := NewMemory()
	mustRecord(t, m, runningSlot, running)
	mustRecord(t, m, slotOf("busy", -1), Entry{Token: id(-3), Began: began, Stage: Ended, Job: id(3)})
	for n := range maxCallerEntries + 50 {
		mustRecord(t, m, slotOf("busy", n), Entry{Token: id(n), Began: began, Stage: Started, Job: id(n)})
	}
	if m.callers["busy"] != maxCallerEntries || m.size() != maxCallerEntries+1 {
		t.Errorf("%d of %d entries", m.callers["busy"], m.size())
	}
	for n, want := range map[int]int{-1: 0, 0: 0, 49: 0, 50: 1, maxCallerEntries + 49: 1} {
		if entries := entriesOf(t, m, slotOf("busy", n)); len(entries) != want {
			t.Errorf("of job %d: %+v", n, entries)
		}
	}
	if len(entriesOf(t, m, runningSlot)) != 1 {
		t.Error("another caller's job is gone")
	}
}

// If no call has ended and no caller has too many, the newest call is not remembered, and
// gets an error.
func TestMemoryFullOfRunningJobs(t *testing.T) {
	m := NewMemory()
	mustRecord(t, m, runningSlot, running)
	for n := range maxEntries - 1 {
		mustRecord(t, m, slotOf(fmt.Sprint(n), n), Entry{Token: id(n), Began: began, Stage: Started, Job: id(n)})
	}
	late := Entry{Token: id(maxEntries), Began: began, Stage: Intended}
	if err := m.Intend(t.Context(), slotOf("late", 1), late, nil); !errors.Is(err, errMemoryFull) {
		t.Errorf("got %v", err)
	}
	if m.size() != maxEntries || len(m.slots) != maxEntries || len(entriesOf(t, m, runningSlot)) != 1 {
		t.Errorf("%d entries in %d slots", m.size(), len(m.slots))
	}
	ended := running
	ended.Stage = Ended
	mustRecord(t, m, runningSlot, ended)
	if err := m.Intend(t.Context(), slotOf("late", 1), late, nil); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

func TestOldDaysAreNotCounted(t *testing.T) {
	m := NewMemory()
	tokens := 0
	count := func(day string) bool {
		t.Helper()
		tokens++
		counted, err := m.Count(t.Context(), Tally{Caller: "c", Day: day}, id(tokens), 1)
		if err != nil {
			t.Fatal(err)
		}
		return counted
	}
	for day := range 10 {
		if !count(fmt.Sprintf("2026-01-%02d", day+1)) {
			t.Errorf("day %d is full", day)
		}
	}
	if len(m.tallies) != keptDays {
		t.Errorf("%d days are counted", len(m.tallies))
	}
	if !count("2036-01-01") || count("2026-01-10") {
		t.Error("after a clock was ahead the day is counted again")
	}
}
