package state

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		m.Keep(slotA, Entry{Token: id(1), Began: time.Now(), Stage: Started, Job: id(2)})
		time.Sleep(Lifetime)
		m.Keep(slotB, Entry{Token: id(3), Began: time.Now(), Stage: Intended})
		if entries := m.Recall(slotA); len(entries) != 0 || len(m.slots) != 1 || m.order.Len() != 1 {
			t.Errorf("%v, %d slots, %d entries", entries, len(m.slots), m.order.Len())
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m := NewMemory()
	for n := range mostRemembered + 100 {
		slot := Slot{Scope: "s", Key: fmt.Sprint(n)}
		m.Keep(slot, Entry{Token: id(n), Began: began, Stage: Started, Job: id(n)})
	}
	if m.order.Len() != mostRemembered || len(m.slots) != mostRemembered {
		t.Errorf("%d entries in %d slots", m.order.Len(), len(m.slots))
	}
	if len(m.Recall(Slot{Key: "0"})) != 0 || len(m.Recall(Slot{Key: fmt.Sprint(mostRemembered)})) != 1 {
		t.Error("not the oldest were dropped")
	}
	for day := range 10 {
		m.Tally(Tally{Caller: "c", Day: fmt.Sprintf("2026-01-%02d", day+1)}, id(1), 1)
	}
	if len(m.tallies) != 1 {
		t.Errorf("%d days are counted", len(m.tallies))
	}
}
