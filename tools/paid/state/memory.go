package state

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// mostRemembered bounds how many entries a process keeps. At a dollar a job
// nobody comes near it.
const mostRemembered = 20_000

// Memory is a store that lives and dies with the process.
type Memory struct {
	mu      sync.Mutex
	slots   map[string]*memorySlot // by Slot.Key
	order   *list.List             // of *memoryEntry, the oldest first
	tallies map[Tally]map[uuid.UUID]struct{}
}

type memorySlot struct {
	entries []*memoryEntry
	held    chan struct{} // holds one token while the slot is free
	users   int           // holding it or waiting for it
}

type memoryEntry struct {
	Entry
	slot Slot
	at   time.Time // monotonic, so that no jump of the clock ages it
}

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{slots: map[string]*memorySlot{}, order: list.New(), tallies: map[Tally]map[uuid.UUID]struct{}{}}
}

// String implements Store.
func (m *Memory) String() string { return "memory" }

// Ping implements Store.
func (m *Memory) Ping(context.Context) error { return nil }

// Close implements Store.
func (m *Memory) Close() error { return nil }

// slot returns a slot that its caller is about to use; m.mu is held.
func (m *Memory) slot(key string) *memorySlot {
	s := m.slots[key]
	if s == nil {
		s = &memorySlot{}
		m.slots[key] = s
	}
	return s
}

// leave drops a slot that nobody needs; m.mu is held.
func (m *Memory) leave(key string) {
	if s := m.slots[key]; s != nil && s.users == 0 && len(s.entries) == 0 {
		delete(m.slots, key)
	}
}

// Acquire implements Store.
func (m *Memory) Acquire(ctx context.Context, slot Slot) (Hold, Recalled, error) {
	m.mu.Lock()
	s := m.slot(slot.Key)
	s.users++
	if s.held == nil {
		s.held = make(chan struct{}, 1)
		s.held <- struct{}{}
	}
	m.mu.Unlock()
	select {
	case <-s.held:
		return &memoryHold{memory: m, key: slot.Key, slot: s}, Recalled{Entries: m.Recall(slot)}, nil
	case <-ctx.Done():
		m.mu.Lock()
		defer m.mu.Unlock()
		s.users--
		m.leave(slot.Key)
		return nil, Recalled{}, ctx.Err()
	}
}

type memoryHold struct {
	memory *Memory
	key    string
	slot   *memorySlot
}

func (h *memoryHold) Held() bool { return true }

func (h *memoryHold) Release() {
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	h.slot.users--
	h.slot.held <- struct{}{}
	h.memory.leave(h.key)
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, slot Slot) (Recalled, error) {
	return Recalled{Entries: m.Recall(slot)}, nil
}

// Recall returns the entries of a slot, without holding it.
func (m *Memory) Recall(slot Slot) []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slots[slot.Key]
	if s == nil || len(s.entries) == 0 {
		return nil
	}
	entries := make([]Entry, len(s.entries))
	for i, have := range s.entries {
		entries[i] = have.Entry
	}
	return entries
}

// Intend implements Store.
func (m *Memory) Intend(_ context.Context, slot Slot, entry Entry, _ Hold) error {
	m.Keep(slot, entry)
	return nil
}

// Record implements Store.
func (m *Memory) Record(_ context.Context, slot Slot, entry Entry) error {
	m.Keep(slot, entry)
	return nil
}

// Keep is Record for those who know that they have a Memory.
func (m *Memory) Keep(slot Slot, entry Entry) {
	if entry.Stage != Intended {
		entry.Known, entry.Complete = nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slot(slot.Key)
	at := slices.IndexFunc(s.entries, func(have *memoryEntry) bool { return have.Token == entry.Token })
	if at >= 0 {
		s.entries[at].Entry = entry
		return
	}
	added := &memoryEntry{Entry: entry, slot: slot, at: time.Now()}
	s.entries = append(s.entries, added)
	m.order.PushBack(added)
	m.evict()
}

// evict drops what outlived its lifetime, and the oldest entries beyond the
// bound; m.mu is held.
func (m *Memory) evict() {
	for front := m.order.Front(); front != nil; front = m.order.Front() {
		oldest := front.Value.(*memoryEntry)
		if m.order.Len() <= mostRemembered && time.Since(oldest.at) < Lifetime {
			return
		}
		m.order.Remove(front)
		s := m.slots[oldest.slot.Key]
		s.entries = slices.DeleteFunc(s.entries, func(have *memoryEntry) bool { return have == oldest })
		m.leave(oldest.slot.Key)
	}
}

// Survey implements Store.
func (m *Memory) Survey(_ context.Context, scope string) (Surveyed, error) {
	return m.Overview(scope), nil
}

// Overview is Survey for those who know that they have a Memory.
func (m *Memory) Overview(scope string) Surveyed {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found Surveyed
	for e := m.order.Front(); e != nil; e = e.Next() {
		if have := e.Value.(*memoryEntry); have.slot.Scope == scope {
			found.add(have.Entry)
		}
	}
	return found
}

// add sorts an entry of the scope into what is known of it.
func (s *Surveyed) add(entry Entry) {
	switch {
	case entry.Stage == Intended:
		s.Open = append(s.Open, entry)
	case entry.Stage != Probable && entry.Job != uuid.Nil:
		s.Started = append(s.Started, entry.Job)
	}
}

// Count implements Store.
func (m *Memory) Count(_ context.Context, tally Tally, token uuid.UUID, most int) (bool, error) {
	return m.Tally(tally, token, most), nil
}

// Tally is Count for those who know that they have a Memory.
func (m *Memory) Tally(tally Tally, token uuid.UUID, most int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	counted := m.tallies[tally]
	if counted == nil {
		for other := range m.tallies {
			if other.Day < tally.Day {
				delete(m.tallies, other)
			}
		}
		counted = map[uuid.UUID]struct{}{}
		m.tallies[tally] = counted
	}
	if _, ok := counted[token]; !ok && len(counted) >= most {
		return false
	}
	counted[token] = struct{}{}
	return true
}

// Uncount implements Store.
func (m *Memory) Uncount(_ context.Context, tally Tally, token uuid.UUID) error {
	m.Untally(tally, token)
	return nil
}

// Untally is Uncount for those who know that they have a Memory.
func (m *Memory) Untally(tally Tally, token uuid.UUID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tallies[tally], token)
}
