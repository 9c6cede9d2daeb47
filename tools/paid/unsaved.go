package paid

import (
	"context"
	"maps"
	"slices"
	"time"

	"langsmith-insights-mcp/tools/paid/state"
)

const (
	maxUnsaved   = 1000            // the most entries that are kept for a failing store
	unsavedPause = 5 * time.Second // before the next try to write them
)

// unsaved is an entry that the shared store is missing.
type unsaved struct {
	slot  state.Slot
	entry state.Entry
	since time.Time
}

// keep keeps an entry that could not be written until the store works again. An entry
// that was written replaces an older one, which may be being written. Entries of ended
// calls make room for others: without them the store prevents more jobs than necessary,
// never fewer.
func (s *sharedStore) keep(slot state.Slot, entry state.Entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.unsaved[entry.Token]
	if err == nil && !known {
		return
	}
	if !known && len(s.unsaved) >= maxUnsaved {
		for token, each := range s.unsaved {
			if each.entry.Stage == state.Ended {
				delete(s.unsaved, token)
				break
			}
		}
	}
	if known || len(s.unsaved) < maxUnsaved {
		s.unsaved[entry.Token] = &unsaved{slot, entry, time.Now()}
	}
	s.saveLater()
}

// saveLater schedules writing the unsaved entries. s.mu is held.
func (s *sharedStore) saveLater() {
	if s.saver == nil && s.open.Err() == nil {
		s.saving.Add(1)
		s.saver = time.AfterFunc(unsavedPause, s.writeUnsaved)
	}
}

// saveNow schedules writing the unsaved entries at once, because the store works again.
// s.mu is held.
func (s *sharedStore) saveNow() {
	if s.saver != nil && s.saver.Stop() {
		s.saver.Reset(0)
	}
}

// writeUnsaved writes the entries that the store is missing, and retries later if that
// fails: another process may get the next equal call. An entry that can never be written,
// for example to an unreadable file, does not block the others.
func (s *sharedStore) writeUnsaved() {
	defer s.saving.Done()
	s.mu.Lock()
	missed := slices.Collect(maps.Values(s.unsaved))
	s.mu.Unlock()
	for _, each := range missed {
		err := withTimeout(s.open, func(ctx context.Context) error { return s.store.Record(ctx, each.slot, each.entry) })
		if isTimeout(err) || s.open.Err() != nil {
			break
		}
		s.mu.Lock()
		if s.unsaved[each.entry.Token] == each && (err == nil || time.Since(each.since) >= state.Lifetime) {
			delete(s.unsaved, each.entry.Token)
		}
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saver = nil
	switch {
	case len(s.unsaved) > 0:
		s.saveLater()
	case s.writing.failing:
		s.recover(&s.writing)
	}
}

// misses reports whether the store misses an entry of a slot.
func (s *sharedStore) misses(slot state.Slot) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range s.unsaved {
		if each.slot == slot {
			return true
		}
	}
	return false
}

// close ends the writing of missing entries, and waits for it.
func (s *sharedStore) close() {
	s.mu.Lock()
	s.end()
	if s.saver != nil && s.saver.Stop() {
		s.saving.Done()
	}
	s.mu.Unlock()
	s.saving.Wait()
}
