package paid

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/tools/paid/state"
)

// stores is the memory of a ledger: in this process, and in the store that processes
// share, if there is one. A result with an error is valid for this process; the error is
// the shared store's.
type stores struct {
	own    *state.Memory
	shared *sharedStore // nil if there is only memory
	log    zerolog.Logger
}

func newStores(store Store, log zerolog.Logger) *stores {
	switch store := store.(type) {
	case nil:
		return &stores{own: state.NewMemory(), log: log}
	case *state.Memory:
		return &stores{own: store, log: log}
	default:
		return &stores{own: state.NewMemory(), shared: newSharedStore(store, log), log: log}
	}
}

// recordOwn writes an entry into this process's memory, which may be full.
func (s *stores) recordOwn(ctx context.Context, slot state.Slot, entry state.Entry) error {
	err := s.own.Record(ctx, slot, entry)
	if err != nil {
		s.log.Warn().Err(err).Msg("a paid call is not remembered by this process")
	}
	return err
}

// acquire waits until no other process holds the slot and returns its entries. It fails
// with ErrBusy if that takes too long.
func (s *stores) acquire(ctx context.Context, slot state.Slot) (state.Hold, state.SlotEntries, error) {
	if s.shared == nil {
		found, err := s.own.Load(ctx, slot)
		return nil, found, err
	}
	hold, found, err := s.shared.acquire(ctx, slot)
	own, ownErr := s.own.Load(ctx, slot)
	s.learn(ctx, slot, own.Entries, found.Entries)
	return hold, mergeSlotEntries(own, found), errors.Join(err, ownErr)
}

// learn adds to this process's memory the jobs that only the shared store knows: they were
// started or found by another process, and the store may be away at the next equal call.
func (s *stores) learn(ctx context.Context, slot state.Slot, own, shared []state.Entry) {
	for _, entry := range shared {
		if entry.Job == uuid.Nil || entry.Stage == state.Ended || slices.ContainsFunc(own, func(have state.Entry) bool {
			return have.Token == entry.Token && have.Rank() >= entry.Rank()
		}) {
			continue
		}
		entry.Missing, entry.MissingServerTime = time.Time{}, time.Time{} // another process may see it again
		_ = s.recordOwn(ctx, slot, entry)                                 // which logs that it failed
	}
}

// load returns the entries of a slot, even if another process holds it.
func (s *stores) load(ctx context.Context, slot state.Slot) (state.SlotEntries, error) {
	found, err := s.own.Load(ctx, slot)
	if s.shared == nil {
		return found, err
	}
	err = errors.Join(err, s.shared.exchange(ctx, &s.shared.reading, func(ctx context.Context) error {
		shared, err := s.shared.store.Load(ctx, slot)
		found = mergeSlotEntries(found, shared)
		return err
	}))
	return found, err
}

// writeIntent writes an intent. It fails with state.ErrLost if the hold is lost.
func (s *stores) writeIntent(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	err := s.recordOwn(ctx, slot, entry)
	if s.shared == nil {
		return err
	}
	err = errors.Join(err, s.shared.intend(ctx, slot, entry, hold))
	if hold != nil && !hold.IsHeld() { // this process was paused, or the store was unavailable
		return state.ErrLost
	}
	return err
}

// confirm checks with the shared store that a hold is not lost; see [state.Hold].
func (s *stores) confirm(ctx context.Context, hold state.Hold) error {
	return s.shared.exchange(ctx, &s.shared.writing, hold.Confirm)
}

// record writes the outcome of an intent.
func (s *stores) record(ctx context.Context, slot state.Slot, entry state.Entry) error {
	err := s.recordOwn(ctx, slot, entry)
	if s.shared == nil {
		return err
	}
	return errors.Join(err, s.shared.record(ctx, slot, entry))
}

// survey returns the memory of all calls of one caller in one project.
func (s *stores) survey(ctx context.Context, scope string) (state.SurveyResult, error) {
	all, err := s.own.Survey(ctx, scope)
	if s.shared == nil {
		return all, err
	}
	err = errors.Join(err, s.shared.exchange(ctx, &s.shared.reading, func(ctx context.Context) error {
		shared, err := s.shared.store.Survey(ctx, scope)
		all.Started = append(all.Started, shared.Started...)
		all.Open = append(all.Open, shared.Open...)
		all.Damaged = all.Damaged || shared.Damaged
		return err
	}))
	return all, err
}

// count adds a job to a tally unless it already has limit jobs, and reports whether it
// did.
func (s *stores) count(ctx context.Context, tally state.Tally, token uuid.UUID, limit int) (bool, error) {
	if s.shared == nil {
		return s.own.Count(ctx, tally, token, limit)
	}
	var counted bool
	sharedErr := s.shared.exchange(ctx, &s.shared.writing, func(ctx context.Context) (err error) {
		counted, err = s.shared.store.Count(ctx, tally, token, limit)
		return err
	})
	switch {
	case sharedErr == nil && !counted:
		return false, nil
	case sharedErr == nil:
		limit = math.MaxInt // the shared count decides, and the process's own is updated
	}
	counted, err := s.own.Count(ctx, tally, token, limit)
	return counted, errors.Join(sharedErr, err)
}

// readCount returns the number of jobs of a tally.
func (s *stores) readCount(ctx context.Context, tally state.Tally) (int, error) {
	if s.shared != nil {
		var counted int
		if err := s.shared.exchange(ctx, &s.shared.reading, func(ctx context.Context) (err error) {
			counted, err = s.shared.store.ReadCount(ctx, tally)
			return err
		}); err == nil {
			return counted, nil
		}
	}
	return s.own.ReadCount(ctx, tally)
}

// uncount removes a job from a tally.
func (s *stores) uncount(ctx context.Context, tally state.Tally, token uuid.UUID) error {
	err := s.own.Uncount(ctx, tally, token)
	if s.shared == nil {
		return err
	}
	return errors.Join(err, s.shared.exchange(ctx, &s.shared.writing, func(ctx context.Context) error {
		return s.shared.store.Uncount(ctx, tally, token)
	}))
}

// canWrite reports whether the shared store can be written. It logs a change.
func (s *stores) canWrite(ctx context.Context) bool {
	return s.shared == nil || s.shared.exchange(ctx, &s.shared.writing, s.shared.store.Ping) == nil
}

// mergeSlotEntries merges two memories of the same calls. For each call the later entry
// counts.
func mergeSlotEntries(own, shared state.SlotEntries) state.SlotEntries {
	return state.SlotEntries{Entries: mergeEntries(own.Entries, shared.Entries), Damaged: own.Damaged || shared.Damaged}
}

func mergeEntries(own, shared []state.Entry) []state.Entry {
	merged := append([]state.Entry(nil), own...)
next:
	for _, entry := range shared {
		for i, have := range merged {
			if have.Token == entry.Token {
				if entry.Rank() > have.Rank() {
					merged[i] = entry
				}
				if entry.Job == merged[i].Job { // another process may have seen it again
					merged[i].Missing, merged[i].MissingServerTime = entry.Missing, entry.MissingServerTime
				}
				continue next
			}
		}
		merged = append(merged, entry)
	}
	return merged
}
