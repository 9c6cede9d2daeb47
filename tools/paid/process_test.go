package paid

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

var errDead = errors.New("this process is dead")

// process is one server as the harness has it: it can die at any operation on
// its store or on the network, before its effect or after it. What it does
// after that has no effect and nobody hears of it.
type process struct {
	alive context.Context
	end   context.CancelFunc

	mu     sync.Mutex
	dead   bool
	fuse   int // operations left; negative for no end
	holds  map[*mortalHold]struct{}
	offset time.Duration // of its clock
	ledger *Ledger
}

func newProcess() *process {
	p := &process{fuse: -1, holds: map[*mortalHold]struct{}{}}
	p.alive, p.end = context.WithCancel(context.Background())
	return p
}

// operate counts an operation, and reports whether there is still anybody to
// carry it out, or to hear of its result.
func (p *process) operate() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fuse > 0 {
		p.fuse--
	} else if p.fuse == 0 {
		p.dieLocked()
	}
	if p.dead {
		return errDead
	}
	return nil
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
		hold.orphan()
	}
	p.holds = nil
}

func (p *process) lightFuse(operations int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fuse = operations
}

func (p *process) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Add(p.offset).Round(0) // as a clock reads, without the monotonic part
}

func (p *process) jump(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offset += by
}

// mortalStore is a store as one process reaches it.
type mortalStore struct {
	state.Store
	process *process
	down    func() bool // an outage of the store, for every process
}

// do carries out an operation, unless the process is dead before it; or it dies
// right after.
func (m *mortalStore) do(operation func() error) error {
	if err := m.process.operate(); err != nil {
		return err
	}
	if m.down() {
		return errors.New("the store is down")
	}
	err := operation()
	if dead := m.process.operate(); dead != nil {
		return dead
	}
	return err
}

type mortalHold struct {
	state.Hold
	process *process
	gone    bool // guarded by process.mu
}

// orphan is what becomes of a hold when its process dies; process.mu is held.
func (h *mortalHold) orphan() {
	if h.gone {
		return
	}
	h.gone = true
	if lease, ok := h.Hold.(*simLease); ok {
		lease.runOut(simLeaseTime) // nobody renews it any more
		return
	}
	h.Hold.Release() // the kernel closes a dead process's files
}

func (h *mortalHold) Release() {
	h.process.mu.Lock()
	gone := h.gone
	h.gone = true
	delete(h.process.holds, h)
	h.process.mu.Unlock()
	if !gone {
		h.Hold.Release()
	}
}

func (m *mortalStore) Acquire(ctx context.Context, slot state.Slot) (hold state.Hold, found state.Recalled, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.process.alive, cancel)()
	var mine *mortalHold
	err = m.do(func() error {
		var err error
		hold, found, err = m.Store.Acquire(ctx, slot)
		if err != nil {
			return err
		}
		mine = &mortalHold{Hold: hold, process: m.process}
		m.process.mu.Lock()
		defer m.process.mu.Unlock()
		if m.process.dead {
			mine.orphan()
			return errDead
		}
		m.process.holds[mine] = struct{}{}
		return nil
	})
	if err != nil {
		return nil, state.Recalled{}, err
	}
	return mine, found, nil
}

func (m *mortalStore) Intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	if mine, ok := hold.(*mortalHold); ok {
		hold = mine.Hold
	}
	return m.do(func() error { return m.Store.Intend(ctx, slot, entry, hold) })
}

func (m *mortalStore) Load(ctx context.Context, slot state.Slot) (found state.Recalled, err error) {
	err = m.do(func() error { found, err = m.Store.Load(ctx, slot); return err })
	return found, err
}

func (m *mortalStore) Record(ctx context.Context, slot state.Slot, entry state.Entry) error {
	return m.do(func() error { return m.Store.Record(ctx, slot, entry) })
}

func (m *mortalStore) Survey(ctx context.Context, scope string) (found state.Surveyed, err error) {
	err = m.do(func() error { found, err = m.Store.Survey(ctx, scope); return err })
	return found, err
}

func (m *mortalStore) Count(ctx context.Context, tally state.Tally, token uuid.UUID, most int) (counted bool, err error) {
	err = m.do(func() error { counted, err = m.Store.Count(ctx, tally, token, most); return err })
	return counted, err
}

func (m *mortalStore) Uncount(ctx context.Context, tally state.Tally, token uuid.UUID) error {
	return m.do(func() error { return m.Store.Uncount(ctx, tally, token) })
}

// simLeaseTime is how long a lease outlives its process.
const simLeaseTime = 5 * time.Second

// leaseStore is a store with leases that run out, as Redis is one, in virtual
// time. A lease is renewed as long as its process lives and is not paused.
type leaseStore struct {
	*state.Memory
	mu     sync.Mutex
	leases map[string]*simLease
}

type simLease struct {
	store *leaseStore
	key   string
	until time.Time // zero while it is renewed
}

func newLeaseStore() *leaseStore {
	return &leaseStore{Memory: state.NewMemory(), leases: map[string]*simLease{}}
}

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

func (s *leaseStore) Acquire(ctx context.Context, slot state.Slot) (state.Hold, state.Recalled, error) {
	for {
		if lease := s.take(slot.Key); lease != nil {
			found, err := s.Load(ctx, slot)
			return lease, found, err
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return nil, state.Recalled{}, err
		}
	}
}

func (s *leaseStore) Intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	if lease, ok := hold.(*simLease); ok && !lease.Held() {
		return state.ErrLost
	}
	return s.Memory.Intend(ctx, slot, entry, nil)
}

func (l *simLease) Held() bool {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	return l.store.leases[l.key] == l && (l.until.IsZero() || time.Now().Before(l.until))
}

func (l *simLease) Confirm(context.Context) error {
	if !l.Held() {
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

func (l *simLease) runOut(after time.Duration) {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	l.until = time.Now().Add(after)
}
