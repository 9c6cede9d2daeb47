package state

import (
	"container/list"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// The bounds of a process's memory. At a dollar per job nobody reaches them.
const (
	maxEntries       = 20_000 // entries
	maxCallerEntries = 2_000  // entries of one caller
)

// Memory is a store in the memory of the process.
type Memory struct {
	mu      sync.Mutex
	slots   map[string]*memorySlot                       // by Slot.Key
	ended   *list.List                                   // of *memoryEntry that have ended, oldest first
	live    *list.List                                   // of the others
	callers map[string]int                               // the number of entries of each
	tallies map[string]map[string]map[uuid.UUID]struct{} // tokens by day and caller
}

type memorySlot struct {
	entries []*memoryEntry
	held    chan struct{} // has one token while the slot is free
	users   int           // holders and waiters
}

type memoryEntry struct {
	Entry
	slot Slot
	at   time.Time // when it was added to the list; monotonic, so that a clock that jumps does not age it
	list *list.List
	node *list.Element
}

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{
		slots: map[string]*memorySlot{}, ended: list.New(), live: list.New(),
		callers: map[string]int{}, tallies: map[string]map[string]map[uuid.UUID]struct{}{},
	}
}

// String implements Store.
func (m *Memory) String() string { return "memory" }

// Ping implements Store.
func (m *Memory) Ping(context.Context) error { return nil }

// Close implements Store.
func (m *Memory) Close() error { return nil }

// slot returns a slot for use. m.mu is held.
func (m *Memory) slot(key string) *memorySlot {
	s := m.slots[key]
	if s == nil {
		s = &memorySlot{}
		m.slots[key] = s
	}
	return s
}

// leave removes a slot that is not used. m.mu is held.
func (m *Memory) leave(key string) {
	if s := m.slots[key]; s != nil && s.users == 0 && len(s.entries) == 0 {
		delete(m.slots, key)
	}
}

// Acquire implements Store.
func (m *Memory) Acquire(ctx context.Context, slot Slot) (Hold, SlotEntries, error) {
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
		found, err := m.Load(ctx, slot)
		return &memoryHold{memory: m, key: slot.Key, slot: s}, found, err
	case <-ctx.Done():
		m.mu.Lock()
		defer m.mu.Unlock()
		s.users--
		m.leave(slot.Key)
		return nil, SlotEntries{}, ctx.Err()
	}
}

type memoryHold struct {
	memory *Memory
	key    string
	slot   *memorySlot
}

func (h *memoryHold) IsHeld() bool { return true }

func (h *memoryHold) Confirm(context.Context) error { return nil }

func (h *memoryHold) Release() {
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	h.slot.users--
	h.slot.held <- struct{}{}
	h.memory.leave(h.key)
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, slot Slot) (SlotEntries, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found SlotEntries
	if s := m.slots[slot.Key]; s != nil {
		for _, have := range s.entries {
			found.Entries = append(found.Entries, have.Entry)
		}
	}
	return found, nil
}

// Intend implements Store.
func (m *Memory) Intend(ctx context.Context, slot Slot, entry Entry, _ Hold) error {
	return m.Record(ctx, slot, entry)
}

// Record implements Store.
func (m *Memory) Record(_ context.Context, slot Slot, entry Entry) error {
	if !entry.mayBeSearched() {
		entry.Known, entry.Complete = nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slot(slot.Key)
	at := slices.IndexFunc(s.entries, func(have *memoryEntry) bool { return have.Token == entry.Token })
	if at < 0 {
		at = len(s.entries)
		s.entries = append(s.entries, &memoryEntry{slot: slot})
		m.callers[slot.Caller]++
	}
	kept := s.entries[at]
	if entry.Rank() < kept.Rank() {
		return nil
	}
	kept.Entry = entry
	if into := m.listOf(entry); kept.list != into {
		if kept.list != nil {
			kept.list.Remove(kept.node)
		}
		kept.list, kept.node, kept.at = into, into.PushBack(kept), time.Now()
	}
	m.evict(slot.Caller)
	if kept.list == nil && entry.Stage != Ended {
		return errMemoryFull
	}
	return nil
}

var errMemoryFull = errors.New("the memory is full of other callers' running jobs")

func (m *Memory) listOf(entry Entry) *list.List {
	if entry.Stage == Ended {
		return m.ended
	}
	return m.live
}

// evict removes expired entries and those beyond the bounds: ended calls first, and other
// entries only of the writer itself. m.mu is held.
func (m *Memory) evict(writer string) {
	for _, each := range []*list.List{m.ended, m.live} {
		for each.Len() > 0 && time.Since(each.Front().Value.(*memoryEntry).at) >= Lifetime {
			m.drop(each.Front())
		}
	}
	for m.callers[writer] > maxCallerEntries {
		oldest := oldestOf(m.ended, writer)
		if oldest == nil {
			oldest = oldestOf(m.live, writer)
		}
		m.drop(oldest)
	}
	for m.ended.Len()+m.live.Len() > maxEntries {
		oldest := m.ended.Front()
		if oldest == nil {
			oldest = oldestOf(m.live, writer)
		}
		m.drop(oldest)
	}
}

// oldestOf returns the oldest entry of a caller in a list, or nil.
func oldestOf(entries *list.List, caller string) *list.Element {
	for node := entries.Front(); node != nil; node = node.Next() {
		if node.Value.(*memoryEntry).slot.Caller == caller {
			return node
		}
	}
	return nil
}

// drop removes an entry. m.mu is held.
func (m *Memory) drop(node *list.Element) {
	dropped := node.Value.(*memoryEntry)
	dropped.list.Remove(node)
	dropped.list = nil
	if m.callers[dropped.slot.Caller]--; m.callers[dropped.slot.Caller] == 0 {
		delete(m.callers, dropped.slot.Caller)
	}
	s := m.slots[dropped.slot.Key]
	s.entries = slices.DeleteFunc(s.entries, func(have *memoryEntry) bool { return have == dropped })
	m.leave(dropped.slot.Key)
}

// Survey implements Store.
func (m *Memory) Survey(_ context.Context, scope string) (SurveyResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found SurveyResult
	for _, each := range []*list.List{m.ended, m.live} {
		for node := each.Front(); node != nil; node = node.Next() {
			if have := node.Value.(*memoryEntry); have.slot.Scope == scope {
				found.add(have.Entry)
			}
		}
	}
	return found, nil
}

// add adds an entry of the scope to the survey.
func (s *SurveyResult) add(entry Entry) {
	switch {
	case entry.Stage == Intended:
		s.Open = append(s.Open, entry)
	case entry.Stage != Probable && entry.Job != uuid.Nil:
		s.Started = append(s.Started, entry.Job)
	}
}

// Count implements Store.
func (m *Memory) Count(_ context.Context, tally Tally, token uuid.UUID, limit int) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tallies[tally.Day] == nil {
		m.tallies[tally.Day] = map[string]map[uuid.UUID]struct{}{}
		for _, day := range oldDays(slices.Sorted(maps.Keys(m.tallies)), tally.Day) {
			delete(m.tallies, day)
		}
	}
	counted := m.tallies[tally.Day][tally.Caller]
	if _, ok := counted[token]; ok || len(counted) >= limit {
		return ok, nil
	}
	if counted == nil {
		counted = map[uuid.UUID]struct{}{}
		m.tallies[tally.Day][tally.Caller] = counted
	}
	counted[token] = struct{}{}
	return true, nil
}

// ReadCount implements Store.
func (m *Memory) ReadCount(_ context.Context, tally Tally) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.tallies[tally.Day][tally.Caller]), nil
}

// Uncount implements Store.
func (m *Memory) Uncount(_ context.Context, tally Tally, token uuid.UUID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	counted := m.tallies[tally.Day][tally.Caller]
	delete(counted, token)
	if len(counted) == 0 {
		delete(m.tallies[tally.Day], tally.Caller)
	}
	return nil
}
