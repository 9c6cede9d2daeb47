package paid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/tools/paid/state"
)

// A call that could not acquire its slot, because the store was full or unavailable for a
// moment, reads again before it sends its request.
func TestCallWithoutSlot(t *testing.T) {
	for name, trouble := range map[string]storeFault{"full": {full: true}, "away": {down: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				leases, now := newLeaseStore(), newChangingFault(trouble)
				w := newFixture(t, fixtureOptions{ledger: Options{MaxJobsPerDay: 1, Store: &processStore{
					Store: leases, process: newProcess(), fault: now.Get,
				}}})
				other := New(Options{Store: struct{ Store }{leases}})
				w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Times: 1, DelayAfter: 4 * time.Second})
				var slow *Outcome
				var slowErr error
				var group sync.WaitGroup
				group.Go(func() { slow, slowErr = w.ledger.Start(context.Background(), w.call()) })
				time.Sleep(time.Second)
				now.Set(storeFault{})
				fast, err := other.Start(t.Context(), w.call())
				if err != nil {
					t.Fatal(err)
				}
				group.Wait()
				if slowErr != nil || slow.Job.ID != fast.Job.ID || !slow.AlreadyRunning {
					t.Errorf("%+v, %v", slow, slowErr)
				}
				wantJobs(t, w, 1)
				w.start(t, w.call(withContext("another"))) // since the first has used up nothing of the day
				w.drain(t)
			})
		})
	}
}

// A call that has its slot reads again before it sends its request: meanwhile the store
// may have got the missing entry of a call that could not acquire the slot.
func TestEntryThatTheStoreMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, now := newLeaseStore(), newChangingFault(storeFault{full: true})
		w := newFixture(t, fixtureOptions{ledger: Options{Store: struct{ Store }{leases}}})
		other := New(Options{Store: &processStore{Store: leases, process: newProcess(), fault: now.Get}})
		first, err := other.Start(t.Context(), w.call())
		if err != nil || !slices.Equal(first.Notes, []string{noteNoStore}) {
			t.Fatalf("%+v, %v", first, err)
		}
		now.Set(storeFault{})
		time.Sleep(unsavedPause - time.Second)
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Times: 1, Status: http.StatusBadGateway, DelayAfter: 2 * time.Second})
		if again := w.start(t, w.call()); again.Job.ID != first.Job.ID || !again.AlreadyRunning {
			t.Errorf("%+v", again)
		}
		wantJobs(t, w, 1)
		w.drain(t)
		if err := other.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// slotlessStore is a store whose slots are free after a while, and unreadable then.
type slotlessStore struct{ Store }

func (slotlessStore) Acquire(context.Context, state.Slot) (state.Hold, state.SlotEntries, error) {
	time.Sleep(time.Minute)
	return nil, state.SlotEntries{}, errors.New("read the state: is a directory")
}

// A slot that is unreadable after a wait leaves the rest of the store in use: the jobs of
// a day are counted there.
func TestUnreadableSlotAfterWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		w := newFixture(t, fixtureOptions{ledger: Options{MaxJobsPerDay: 1, Store: slotlessStore{leases}}})
		if _, err := New(Options{MaxJobsPerDay: 1, Store: struct{ Store }{leases}}).Start(t.Context(), w.call(withContext("another"))); err != nil {
			t.Fatal(err)
		}
		var limit *LimitError
		if _, err := w.ledger.Start(t.Context(), w.call()); !errors.As(err, &limit) {
			t.Errorf("got %v", err)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// changingFault is a store's fault, which a test changes.
type changingFault struct{ now atomic.Pointer[storeFault] }

func newChangingFault(first storeFault) *changingFault {
	c := new(changingFault)
	c.Set(first)
	return c
}

func (c *changingFault) Set(trouble storeFault) { c.now.Store(&trouble) }
func (c *changingFault) Get() storeFault        { return *c.now.Load() }

// intendingStore is a store that fails to write an intent, after a hook.
type intendingStore struct {
	Store
	before func()
}

func (s *intendingStore) Intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	if before := s.before; before != nil {
		s.before = nil
		before()
		return errors.New("the store is down")
	}
	return s.Store.Intend(ctx, slot, entry, hold)
}

// A call whose intent could not be written sends nothing if its slot may have gone to
// another.
func TestSlowIntent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		store := &intendingStore{Store: leases}
		w := newFixture(t, fixtureOptions{ledger: Options{Store: store}})
		other := New(Options{Store: struct{ Store }{leases}})
		var fast *Outcome
		store.before = func() {
			for _, lease := range leases.leases {
				lease.runOut(0)
			}
			var err error
			if fast, err = other.Start(t.Context(), w.call()); err != nil {
				t.Error(err)
			}
		}
		slow := w.start(t, w.call())
		if fast == nil || slow.Job.ID != fast.Job.ID || !slow.AlreadyRunning {
			t.Errorf("%+v, then %+v", fast, slow)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// pausedStore is a store of a process that is paused while it counts a job.
type pausedStore struct {
	Store
	once sync.Once
}

func (s *pausedStore) Count(ctx context.Context, tally state.Tally, token uuid.UUID, most int) (bool, error) {
	s.once.Do(func() { <-ctx.Done() })
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return s.Store.Count(ctx, tally, token, most)
}

// The daily limit holds for a process that is paused while it counts.
func TestJobsPerDayOfPausedProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &pausedStore{Store: leases}, MaxJobsPerDay: 1}})
		other := New(Options{Store: struct{ Store }{leases}, MaxJobsPerDay: 1})
		if first := w.start(t, w.call(withContext("1"))); len(first.Notes) > 0 {
			t.Errorf("notes %q", first.Notes)
		}
		var limit *LimitError
		if _, err := other.Start(t.Context(), w.call(withContext("2"))); !errors.As(err, &limit) {
			t.Errorf("got %v", err)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// The missing entries of a store are written when it works again, even if the process
// gets no other call: the intent while its request is in flight, and the outcome.
func TestMissingEntriesAreWritten(t *testing.T) {
	for name, trouble := range map[string]storeFault{"full": {full: true}, "away": {down: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				leases, now := newLeaseStore(), newChangingFault(trouble)
				w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{
					Store: leases, process: newProcess(), fault: now.Get,
				}}})
				w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Delay: 50 * time.Second})
				var first *Outcome
				var group sync.WaitGroup
				group.Go(func() { first = w.start(t, w.call()) })
				time.Sleep(time.Second)
				now.Set(storeFault{})
				time.Sleep(unsavedPause)
				var uncertain *UncertainError
				if _, err := New(Options{Store: struct{ Store }{leases}}).Start(t.Context(), w.call()); !errors.As(err, &uncertain) || uncertain.Wait == 0 {
					t.Errorf("while the request is under way: %v", err)
				}
				time.Sleep(30 * time.Second)
				now.Set(trouble)
				group.Wait()
				now.Set(storeFault{})
				time.Sleep(2 * unsavedPause)
				again, err := New(Options{Store: struct{ Store }{leases}}).Start(t.Context(), w.call())
				if err != nil || again.Job.ID != first.Job.ID || !again.AlreadyRunning || again.Probably {
					t.Errorf("%+v, %v", again, err)
				}
				wantJobs(t, w, 1)
				w.drain(t)
			})
		})
	}
}

// Refused calls do not displace jobs among the entries that a store is missing.
func TestRefusedCallsWithoutStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, now := newLeaseStore(), newChangingFault(storeFault{down: true})
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{
			Store: leases, process: newProcess(), fault: now.Get,
		}}})
		refuse := w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`})
		for n := range maxUnsaved + 1 {
			if _, err := w.ledger.Start(t.Context(), w.call(withContext(fmt.Sprint(n)))); err == nil {
				t.Fatal("a refused call succeeded")
			}
		}
		refuse()
		first := w.start(t, w.call())
		w.drain(t)
		now.Set(storeFault{})
		time.Sleep(2 * unsavedPause)
		again, err := New(Options{Store: leases}).Start(t.Context(), w.call())
		if err != nil || again.Job.ID != first.Job.ID || !again.AlreadyRunning {
			t.Errorf("%+v, %v", again, err)
		}
		wantJobs(t, w, 1)
	})
}

// A state whose damage is found before a request is sent, or sent again, may have had an
// equal call.
func TestDamageFoundLate(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"before the request":  {Method: "GET", Path: insightsPost, DelayAfter: 4 * time.Second},
		"before it is resent": {Method: "POST", Path: insightsPost, Status: 429, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"9"}}},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
				first := w.start(t, w.call())
				w.drain(t)
				log := onlyLog(t, path)
				if err := os.WriteFile(log, nil, 0o600); err != nil {
					t.Fatal(err)
				}
				time.Sleep(listAge)
				now := newChangingFault(storeFault{down: true})
				other := New(Options{Store: &processStore{
					Store: state.NewDirectory(path), process: newProcess(), fault: now.Get,
				}})
				fault.Times = 1
				w.Inject(fault)
				go func() {
					time.Sleep(time.Second)
					now.Set(storeFault{full: true})
				}()
				_, err := other.Start(t.Context(), w.call())
				var uncertain *UncertainError
				var api *langsmith.Error
				switch {
				case fault.Method == "GET" && errors.As(err, &uncertain) && len(uncertain.Found) == 1 && uncertain.Found[0].ID == first.Job.ID:
				case fault.Method == "POST" && errors.As(err, &api) && api.Status == 429:
				default:
					t.Errorf("got %v", err)
				}
				wantJobs(t, w, 1)
			})
		})
	}
}

// A call that holds its slot does not send again if it reads of an equal one that could
// not acquire it.
func TestResendAfterCallWithoutSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, now := newLeaseStore(), newChangingFault(storeFault{full: true})
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{
			Store: leases, process: newProcess(), fault: now.Get,
		}}})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Delay: time.Minute})
		var group sync.WaitGroup
		group.Go(func() { w.start(t, w.call()) })
		time.Sleep(time.Second)
		now.Set(storeFault{})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Status: 429, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"9"}}})
		var api *langsmith.Error
		if _, err := New(Options{Store: struct{ Store }{leases}}).Start(t.Context(), w.call()); !errors.As(err, &api) || api.Status != 429 {
			t.Errorf("got %v", err)
		}
		group.Wait()
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// An equal call looks for ten minutes after the last try of a request, although its
// process died then.
func TestProcessDiesAfterResend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, process := newLeaseStore(), newProcess()
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{
			Store: leases, process: process, fault: func() storeFault { return storeFault{} },
		}}})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Status: 429, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"20"}}})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DelayAfter: time.Minute})
		go func() { _, _ = w.ledger.Start(context.Background(), w.call()) }()
		time.Sleep(30 * time.Second)
		process.die()
		wantJobs(t, w, 1)
		time.Sleep(LookAgain - 25*time.Second) // of the first sending, and 5 s more
		again, err := New(Options{Store: struct{ Store }{leases}}).Start(t.Context(), w.call())
		if err != nil || again.Job.ID != w.jobs()[0].ID || !again.AlreadyRunning || !again.Probably {
			t.Errorf("%+v, %v", again, err)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}
