package paid

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

var errDead = errors.New("this process is dead")

// process is one server of the harness. It can die at any operation on its store or on
// the network, before its effect or after it. Operations after that have no effect and no
// result.
type process struct {
	alive context.Context
	end   context.CancelFunc

	mu             sync.Mutex
	dead           bool
	operationsLeft int // operations left; negative for no end
	holds          map[*processHold]struct{}
	offset         time.Duration // of its clock
	drift          float64       // of its clock, in seconds a second
	began          time.Time
	resumesAt      time.Time // it is paused until then
	ledger         *Ledger
}

func newProcess() *process {
	p := &process{operationsLeft: -1, holds: map[*processHold]struct{}{}, began: time.Now()}
	p.alive, p.end = context.WithCancel(context.Background())
	return p
}

// operate counts an operation, and reports whether the process is alive. It waits while
// the process is paused.
func (p *process) operate() error {
	p.waitWhilePaused()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.operationsLeft > 0 {
		p.operationsLeft--
	} else if p.operationsLeft == 0 {
		p.dieLocked()
	}
	if p.dead {
		return errDead
	}
	return nil
}

// waitWhilePaused waits while the process is paused, and reports whether it was.
func (p *process) waitWhilePaused() bool {
	stood := false
	p.mu.Lock()
	defer p.mu.Unlock()
	for wait := time.Until(p.resumesAt); wait > 0; wait = time.Until(p.resumesAt) { // it may be paused again meanwhile
		stood = true
		p.mu.Unlock()
		time.Sleep(wait)
		p.mu.Lock()
	}
	if !stood {
		return false
	}
	for hold := range p.holds {
		if lease, ok := hold.Hold.(*simLease); ok && lease.IsHeld() {
			lease.renew()
		}
	}
	return true
}

// freeze pauses the process: its leases are not renewed.
func (p *process) freeze(length time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resumesAt = time.Now().Add(length)
	for hold := range p.holds {
		if lease, ok := hold.Hold.(*simLease); ok {
			lease.runOut(simLeaseTime)
		}
	}
}

func (p *process) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) die() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dieLocked()
}

func (p *process) dieLocked() {
	if p.dead {
		return
	}
	p.dead = true
	p.end()
	for hold := range p.holds {
		hold.abandon()
	}
	p.holds = nil
}

func (p *process) setOperationsLeft(operations int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.operationsLeft = operations
}

func (p *process) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	drift := time.Duration(float64(time.Since(p.began)) * p.drift)
	return time.Now().Add(p.offset + drift).Round(0) // as a clock reads, without the monotonic part
}

func (p *process) jump(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offset += by
}

// processStore is the store of one process.
type processStore struct {
	state.Store
	process *process
	fault   func() storeFault // of the store, for every process
}

// storeFault is a store's fault; the zero value is none.
type storeFault struct {
	down   bool
	full   bool // it can be read and not written
	slow   time.Duration
	frozen time.Time // it does not respond until then
}

// do runs an operation, unless the process dies before it. The process may die directly
// after it.
func (m *processStore) do(ctx context.Context, writes bool, operation func() error) error {
	if err := m.process.operate(); err != nil {
		return err
	}
	trouble := m.fault()
	frozen := time.Until(trouble.frozen)
	if wait := max(trouble.slow, min(frozen, storeTimeout)); wait > 0 {
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
	switch {
	case frozen > storeTimeout:
		return errors.New("the store does not answer")
	case trouble.down:
		return errors.New("the store is down")
	case trouble.full && writes:
		return fmt.Errorf("the store is full: %w", state.ErrUnwritable)
	}
	err := operation()
	if dead := m.process.operate(); dead != nil {
		return dead
	}
	return err
}

type processHold struct {
	state.Hold
	process *process
	gone    bool // guarded by process.mu
}

// abandon returns the hold of a dead process. process.mu is held.
func (h *processHold) abandon() {
	if h.gone {
		return
	}
	h.gone = true
	if lease, ok := h.Hold.(*simLease); ok {
		lease.runOut(simLeaseTime) // it is not renewed any more
		return
	}
	h.Hold.Release() // the kernel closes the files of a process that has died
}

func (h *processHold) Release() {
	h.process.mu.Lock()
	gone := h.gone
	h.gone = true
	delete(h.process.holds, h)
	h.process.mu.Unlock()
	if !gone {
		h.Hold.Release()
	}
}

func (m *processStore) Acquire(ctx context.Context, slot state.Slot) (hold state.Hold, found state.SlotEntries, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.process.alive, cancel)()
	var mine *processHold
	err = m.do(ctx, true, func() error {
		var err error
		hold, found, err = m.Store.Acquire(ctx, slot)
		if err != nil {
			return err
		}
		mine = &processHold{Hold: hold, process: m.process}
		m.process.mu.Lock()
		defer m.process.mu.Unlock()
		if m.process.dead {
			mine.abandon()
			return errDead
		}
		m.process.holds[mine] = struct{}{}
		if lease, ok := hold.(*simLease); ok && time.Now().Before(m.process.resumesAt) {
			lease.runOut(simLeaseTime) // the process was paused while it waited
		}
		return nil
	})
	if errors.Is(err, state.ErrUnwritable) { // which a real store reads all the same
		found, loadErr := m.Load(ctx, slot)
		return nil, found, errors.Join(err, loadErr)
	}
	if err != nil {
		return nil, state.SlotEntries{}, err
	}
	return mine, found, nil
}

func (h *processHold) Confirm(ctx context.Context) error {
	if err := h.process.operate(); err != nil {
		return err
	}
	return h.Hold.Confirm(ctx)
}

func (m *processStore) Intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	if mine, ok := hold.(*processHold); ok {
		hold = mine.Hold
	}
	return m.do(ctx, true, func() error { return m.Store.Intend(ctx, slot, entry, hold) })
}

func (m *processStore) Load(ctx context.Context, slot state.Slot) (found state.SlotEntries, err error) {
	err = m.do(ctx, false, func() error { found, err = m.Store.Load(ctx, slot); return err })
	return found, err
}

func (m *processStore) Record(ctx context.Context, slot state.Slot, entry state.Entry) error {
	return m.do(ctx, true, func() error { return m.Store.Record(ctx, slot, entry) })
}

func (m *processStore) Survey(ctx context.Context, scope string) (found state.SurveyResult, err error) {
	err = m.do(ctx, false, func() error { found, err = m.Store.Survey(ctx, scope); return err })
	return found, err
}

func (m *processStore) Count(ctx context.Context, tally state.Tally, token uuid.UUID, most int) (counted bool, err error) {
	err = m.do(ctx, true, func() error { counted, err = m.Store.Count(ctx, tally, token, most); return err })
	return counted, err
}

func (m *processStore) ReadCount(ctx context.Context, tally state.Tally) (counted int, err error) {
	err = m.do(ctx, false, func() error { counted, err = m.Store.ReadCount(ctx, tally); return err })
	return counted, err
}

func (m *processStore) Uncount(ctx context.Context, tally state.Tally, token uuid.UUID) error {
	return m.do(ctx, true, func() error { return m.Store.Uncount(ctx, tally, token) })
}

// simLeaseTime is how long a lease outlives its process.
const simLeaseTime = 5 * time.Second

// leaseStore is a store with leases that expire, as in Redis, in virtual time. A lease is
// renewed while its process lives and is not paused.
type leaseStore struct {
	mu     sync.Mutex
	memory *state.Memory
	writes []storeWrite
	leases map[string]*simLease
}

// storeWrite is a write that the store may lose again.
type storeWrite struct {
	at    time.Time
	slot  state.Slot
	entry state.Entry
}

// forget makes the store lose some of its writes.
func (s *leaseStore) forget(lost func(storeWrite) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes = slices.DeleteFunc(s.writes, lost)
	s.memory = state.NewMemory()
	for _, write := range s.writes {
		_ = s.memory.Record(context.Background(), write.slot, write.entry) // which never fails
	}
}

// current returns the memory after the last write.
func (s *leaseStore) current() *state.Memory {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory
}

type simLease struct {
	store *leaseStore
	key   string
	until time.Time // zero while it is renewed
}

func newLeaseStore() *leaseStore {
	return &leaseStore{memory: state.NewMemory(), leases: map[string]*simLease{}}
}

func (s *leaseStore) Load(ctx context.Context, slot state.Slot) (state.SlotEntries, error) {
	return s.current().Load(ctx, slot)
}

func (s *leaseStore) Record(ctx context.Context, slot state.Slot, entry state.Entry) error {
	s.mu.Lock()
	s.writes = append(s.writes, storeWrite{time.Now(), slot, entry})
	s.mu.Unlock()
	return s.current().Record(ctx, slot, entry)
}

func (s *leaseStore) Survey(ctx context.Context, scope string) (state.SurveyResult, error) {
	return s.current().Survey(ctx, scope)
}

func (s *leaseStore) Count(ctx context.Context, tally state.Tally, token uuid.UUID, most int) (bool, error) {
	return s.current().Count(ctx, tally, token, most)
}

func (s *leaseStore) ReadCount(ctx context.Context, tally state.Tally) (int, error) {
	return s.current().ReadCount(ctx, tally)
}

func (s *leaseStore) Uncount(ctx context.Context, tally state.Tally, token uuid.UUID) error {
	return s.current().Uncount(ctx, tally, token)
}

func (s *leaseStore) Ping(context.Context) error { return nil }

func (s *leaseStore) Close() error { return nil }

func (s *leaseStore) String() string { return "leases" }

func (s *leaseStore) take(key string) *simLease {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.leases[key]; have != nil && (have.until.IsZero() || time.Now().Before(have.until)) {
		return nil
	}
	taken := &simLease{store: s, key: key}
	s.leases[key] = taken
	return taken
}

func (s *leaseStore) Acquire(ctx context.Context, slot state.Slot) (state.Hold, state.SlotEntries, error) {
	for {
		if lease := s.take(slot.Key); lease != nil {
			found, err := s.Load(ctx, slot)
			return lease, found, err
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return nil, state.SlotEntries{}, err
		}
	}
}

func (s *leaseStore) Intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	if lease, ok := hold.(*simLease); ok && !lease.IsHeld() {
		return state.ErrLost
	}
	return s.Record(ctx, slot, entry)
}

func (l *simLease) IsHeld() bool {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	return l.store.leases[l.key] == l && (l.until.IsZero() || time.Now().Before(l.until))
}

func (l *simLease) Confirm(context.Context) error {
	if !l.IsHeld() {
		return state.ErrLost
	}
	return nil
}

func (l *simLease) Release() {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if l.store.leases[l.key] == l {
		delete(l.store.leases, l.key)
	}
}

func (l *simLease) renew() {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	l.until = time.Time{}
}

func (l *simLease) runOut(after time.Duration) {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	l.until = time.Now().Add(after)
}
