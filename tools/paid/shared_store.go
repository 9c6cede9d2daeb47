package paid

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/tools/paid/state"
)

// The maximum times by which a store may delay a call.
const (
	storeTimeout = 3 * time.Second // one exchange
	storeAgain   = time.Second     // the same exchange, repeated after a timeout
	storePause   = time.Second     // after a timeout, before the next try
	acquireTime  = 6 * time.Minute // waiting for an equal call of another process; longer than a call can take
)

// sharedStore is a store that may fail. After a failure it is not tried for a moment, and
// it gets the missing entries later.
type sharedStore struct {
	store state.Store
	log   zerolog.Logger

	mu      sync.Mutex
	reading condition
	writing condition
	unsaved map[uuid.UUID]*unsaved // by token
	saver   *time.Timer            // writes them; nil if there is nothing to write

	open   context.Context // ends with close
	end    context.CancelFunc
	saving sync.WaitGroup // savers that are set or are writing
}

// condition is the state of one way to use a store, reading or writing: a full store can
// be read but not written.
type condition struct {
	name    string
	failing bool
	retryAt time.Time
}

var errStorePaused = errors.New("the state failed a moment ago")

func newSharedStore(store state.Store, log zerolog.Logger) *sharedStore {
	open, end := context.WithCancel(context.Background())
	return &sharedStore{
		store: store, log: log, unsaved: map[uuid.UUID]*unsaved{},
		reading: condition{name: "read"}, writing: condition{name: "used"},
		open: open, end: end,
	}
}

// try runs one operation on the store, unless the operations are paused after a failure.
func (s *sharedStore) try(ctx context.Context, way *condition, operation func(context.Context) error) error {
	s.mu.Lock()
	paused := time.Now().Before(way.retryAt)
	s.mu.Unlock()
	if paused {
		return errStorePaused
	}
	err := operation(ctx)
	if errors.Is(err, state.ErrLost) || ctx.Err() != nil {
		return err // it does not show whether the store works
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		if !way.failing {
			s.log.Warn().Err(err).Msgf("%s cannot be %s: only this process remembers paid calls", s.store, way.name)
		}
		way.failing = true
		if isTimeout(err) { // other errors come at once, and may concern only one slot
			way.retryAt = time.Now().Add(storePause)
		}
	case way == &s.writing && len(s.unsaved) > 0:
		s.saveNow() // a lock or an empty file can be written on a full disk, too
	case way.failing:
		s.recover(way)
	}
	return err
}

// recover notes that a way to use the store works again; s.mu is held.
func (s *sharedStore) recover(way *condition) {
	way.failing = false
	s.log.Info().Msgf("%s can be %s again", s.store, way.name)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// exchange is try for an operation that does not wait for another process and can be
// repeated.
func (s *sharedStore) exchange(ctx context.Context, way *condition, operation func(context.Context) error) error {
	return s.try(ctx, way, func(ctx context.Context) error { return withTimeout(ctx, operation) })
}

// withTimeout bounds an operation. An operation that times out is repeated once, because
// this process may have been paused.
func withTimeout(ctx context.Context, operation func(context.Context) error) error {
	var err error
	for _, timeout := range []time.Duration{storeTimeout, storeAgain} {
		bounded, cancel := context.WithTimeout(ctx, timeout)
		err = operation(bounded)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			break
		}
	}
	return err
}

// acquire waits until the slot is free and returns its entries, also if it cannot be
// held. It fails with ErrBusy if another process holds it for too long.
func (s *sharedStore) acquire(ctx context.Context, slot state.Slot) (hold state.Hold, found state.SlotEntries, err error) {
	waiting, cancel := context.WithTimeout(ctx, acquireTime)
	defer cancel()
	err = s.try(waiting, &s.writing, func(ctx context.Context) error {
		hold, found, err = s.store.Acquire(ctx, slot)
		return err
	})
	switch {
	case err == nil || ctx.Err() != nil:
	case waiting.Err() != nil:
		err = ErrBusy
	case !errors.Is(err, state.ErrUnwritable):
		err = errors.Join(err, s.exchange(ctx, &s.reading, func(ctx context.Context) (err error) {
			found, err = s.store.Load(ctx, slot)
			return err
		}))
	}
	return hold, found, err
}

// intend writes an intent, now or when the store works again.
func (s *sharedStore) intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	err := s.exchange(ctx, &s.writing, func(ctx context.Context) error { return s.store.Intend(ctx, slot, entry, hold) })
	if !errors.Is(err, state.ErrLost) {
		s.keep(slot, entry, err)
	}
	return err
}

// record writes an outcome, now or when the store works again.
func (s *sharedStore) record(ctx context.Context, slot state.Slot, entry state.Entry) error {
	err := s.exchange(ctx, &s.writing, func(ctx context.Context) error { return s.store.Record(ctx, slot, entry) })
	s.keep(slot, entry, err)
	return err
}
