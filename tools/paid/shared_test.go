package paid

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/tools/paid/state"
	"langsmith-insights-mcp/tools/paid/state/redistest"
)

// eachSpec runs a test with every store that processes share, given by its --state.
func eachSpec(t *testing.T, test func(t *testing.T, spec string)) {
	t.Run("directory", func(t *testing.T) { test(t, t.TempDir()) })
	t.Run("redis", func(t *testing.T) { test(t, redistest.Start(t).URL()) })
}

// eachShared is eachSpec for tests that open the store as several processes.
func eachShared(t *testing.T, test func(t *testing.T, open func() Store)) {
	eachSpec(t, func(t *testing.T, spec string) {
		test(t, func() Store {
			store, err := state.Open(spec)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := store.Close(); err != nil {
					t.Error(err)
				}
			})
			return store
		})
	})
}

func TestTwentyEqualCallsInTwoProcesses(t *testing.T) {
	eachShared(t, func(t *testing.T, open func() Store) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: open()}})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, DelayAfter: 50 * time.Millisecond})
		ledgers := []*Ledger{w.ledger, New(Options{Store: open()})}
		var mu sync.Mutex
		ids, first := map[uuid.UUID]int{}, 0
		var group sync.WaitGroup
		for n := range 20 {
			group.Go(func() {
				outcome, err := ledgers[n%2].Start(context.Background(), w.call())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				if ids[outcome.Job.ID]++; !outcome.AlreadyRunning {
					first++
				}
				if len(outcome.Notes) > 0 {
					t.Errorf("notes %q", outcome.Notes)
				}
			})
		}
		group.Wait()
		if len(ids) != 1 || first != 1 || w.posts() != 1 {
			t.Errorf("ids %v, %d say they started one, %d posts", ids, first, w.posts())
		}
		wantJobs(t, w, 1)
		for _, ledger := range ledgers {
			if err := ledger.Drain(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestJobOfAnotherProcess(t *testing.T) {
	eachShared(t, func(t *testing.T, open func() Store) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: open(), MaxJobsPerDay: 2}})
		other := New(Options{Store: open(), MaxJobsPerDay: 2})
		first := w.start(t, w.call(withContext("1")))
		again, err := other.Start(t.Context(), w.call(withContext("1")))
		if err != nil || again.Job.ID != first.Job.ID || !again.AlreadyRunning {
			t.Fatalf("got %+v, %v", again, err)
		}
		if _, err := other.Start(t.Context(), w.call(withContext("2"))); err != nil {
			t.Fatal(err)
		}
		var limit *LimitError
		if _, err := w.ledger.Start(t.Context(), w.call(withContext("3"))); !errors.As(err, &limit) {
			t.Errorf("the day's bound counts one process only: %v", err)
		}
		w.drain(t)
		if err := other.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// A store that cannot be used costs its guarantee and no call. Its missing entries are
// written when it works again.
func TestFailingStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, []byte("not a directory"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
		first := w.start(t, w.call())
		if !slices.Equal(first.Notes, []string{noteNoStore}) {
			t.Errorf("notes %q", first.Notes)
		}
		if again := w.start(t, w.call()); !again.AlreadyRunning || again.Job.ID != first.Job.ID || len(again.Notes) != 1 {
			t.Errorf("the same call again: %+v", again)
		}
		w.drain(t)
		if n := strings.Count(w.log.String(), "cannot be used"); n != 1 {
			t.Errorf("said %d times that the state cannot be used:\n%s", n, w.log)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if again := w.start(t, w.call()); !again.AlreadyRunning || len(again.Notes) != 0 {
			t.Errorf("with a state again: %+v", again)
		}
		w.drain(t)
		other := New(Options{Store: state.NewDirectory(path)})
		found, err := other.Start(t.Context(), w.call())
		if err != nil || found.Job.ID != first.Job.ID || !found.AlreadyRunning || found.Probably {
			t.Errorf("another process: %+v, %v", found, err)
		}
		wantJobs(t, w, 1)
	})
}

// onlyLog returns the path of the only log in a state directory.
func onlyLog(t *testing.T, path string) string {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(path, "*", "*", "*", "*.log"))
	if err != nil || len(logs) != 1 {
		t.Fatal(logs, err)
	}
	return logs[0]
}

func TestDamagedState(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
		first := w.start(t, w.call())
		w.drain(t)
		log := onlyLog(t, path)
		if err := os.WriteFile(log, []byte(`{"v":1,"token":"torn`), 0o600); err != nil {
			t.Fatal(err)
		}
		other := New(Options{Store: state.NewDirectory(path)})
		var uncertain *UncertainError
		if _, err := other.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || len(uncertain.Found) != 1 || uncertain.Found[0].ID != first.Job.ID {
			t.Errorf("with an unfinished job that nobody owns: %v", err)
		}
		time.Sleep(21 * time.Minute) // the job has ended then
		second, err := other.Start(t.Context(), w.call())
		if err != nil || second.Job.ID == first.Job.ID || !slices.Equal(second.Notes, []string{noteDamaged}) {
			t.Errorf("got %+v, %v", second, err)
		}
		if again, err := other.Start(t.Context(), w.call()); err != nil || again.Job.ID != second.Job.ID {
			t.Errorf("got %+v, %v", again, err)
		}
	})
}

// An unreadable file of the state affects only the calls of its own slot, none of which
// starts a job while one is running that may be its own.
func TestUnreadableStateFile(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
		first := w.start(t, w.call(withContext("1")))
		w.drain(t)
		log := onlyLog(t, path)
		if err := os.Remove(log); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(log, 0o700); err != nil {
			t.Fatal(err)
		}
		other := New(Options{Store: state.NewDirectory(path), MaxJobsPerDay: 1})
		var uncertain *UncertainError
		if _, err := other.Start(t.Context(), w.call(withContext("1"))); !errors.As(err, &uncertain) || len(uncertain.Found) != 1 || uncertain.Found[0].ID != first.Job.ID {
			t.Errorf("with an unfinished job that nobody owns: %v", err)
		}
		second, err := other.Start(t.Context(), w.call(withContext("2")))
		if err != nil || len(second.Notes) > 0 {
			t.Errorf("another question: %+v, %v", second, err)
		}
		if again := w.start(t, w.call(withContext("1"))); again.Job.ID != first.Job.ID || !again.AlreadyRunning {
			t.Errorf("in the process that started it: %+v", again)
		}
		time.Sleep(2 * unsavedPause) // what cannot be written keeps nothing else from it
		last := w.start(t, w.call(withContext("3")))
		if again, err := other.Start(t.Context(), w.call(withContext("3"))); err != nil || again.Job.ID != last.Job.ID || len(again.Notes) > 0 {
			t.Errorf("a third question: %+v, %v", again, err)
		}
		w.drain(t)
	})
}

// A process that was paused longer than its lease sends nothing: it starts over, and
// finds the job of another one.
func TestPausedProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		paused, other := newProcess(), newProcess()
		up := func() storeFault { return storeFault{} }
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{Store: leases, process: paused, fault: up}}})
		second := New(Options{Store: &processStore{Store: leases, process: other, fault: up}})
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Times: 1, DelayAfter: 4 * time.Second})
		var slow *Outcome
		var slowErr error
		var group sync.WaitGroup
		group.Go(func() { slow, slowErr = w.ledger.Start(context.Background(), w.call()) })
		time.Sleep(time.Second)
		paused.mu.Lock()
		for hold := range paused.holds {
			hold.Hold.(*simLease).runOut(0)
		}
		paused.mu.Unlock()
		fast, err := second.Start(t.Context(), w.call())
		if err != nil {
			t.Fatal(err)
		}
		group.Wait()
		if slowErr != nil || slow.Job.ID != fast.Job.ID || !slow.AlreadyRunning {
			t.Errorf("the paused process: %+v, %v", slow, slowErr)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// A refused request is not sent again by a process whose slot went to another while it
// waited.
func TestResendNeedsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		paused, other := newProcess(), newProcess()
		well := func() storeFault { return storeFault{} }
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{Store: leases, process: paused, fault: well}}})
		second := New(Options{Store: &processStore{Store: leases, process: other, fault: well}})
		w.Inject(sandbox.Fault{
			Method: "POST", Path: insightsPost, Times: 1, Status: 429, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"20"}},
		})
		var slowErr error
		var group sync.WaitGroup
		group.Go(func() { _, slowErr = w.ledger.Start(context.Background(), w.call()) })
		time.Sleep(time.Second)
		paused.freeze(5 * time.Minute)
		time.Sleep(LongestLag + 10*time.Second) // the intent is open until then
		fast, err := second.Start(t.Context(), w.call())
		if err != nil {
			t.Fatal(err)
		}
		group.Wait()
		var api *langsmith.Error
		if !errors.As(slowErr, &api) || api.Status != 429 {
			t.Errorf("the paused process: %v", slowErr)
		}
		if again := w.start(t, w.call()); again.Job.ID != fast.Job.ID || !again.AlreadyRunning {
			t.Errorf("%+v", again)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// A running job is found although nothing can be written.
func TestFullStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, full := newLeaseStore(), false
		trouble := func() storeFault { return storeFault{full: full} }
		w := newFixture(t, fixtureOptions{ledger: Options{Store: &processStore{Store: leases, process: newProcess(), fault: trouble}}})
		first := w.start(t, w.call())
		full = true
		for range 3 { // one after the other: the store is not tried for a second after a failure
			other := New(Options{Store: &processStore{Store: leases, process: newProcess(), fault: trouble}})
			for range 2 {
				again, err := other.Start(t.Context(), w.call())
				if err != nil || again.Job.ID != first.Job.ID || !again.AlreadyRunning || !slices.Equal(again.Notes, []string{noteNoStore}) {
					t.Errorf("%+v, %v", again, err)
				}
			}
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// A call that looks for an equal call's job gets it also if the other process gets its
// response during the look.
func TestResponseDuringLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		w := newFixture(t, fixtureOptions{ledger: Options{Store: leases}})
		other := New(Options{Store: struct{ Store }{leases}})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Delay: 4 * time.Second})
		duplicate := w.call()
		duplicate.AllowDuplicate = true // does not acquire the slot, so that the other does not wait for it
		var first, second *Outcome
		var firstErr, secondErr error
		var group sync.WaitGroup
		group.Go(func() { first, firstErr = w.ledger.Start(context.Background(), duplicate) })
		time.Sleep(time.Second)
		group.Go(func() { second, secondErr = other.Start(context.Background(), w.call()) })
		group.Wait()
		if firstErr != nil || secondErr != nil || first.Job.ID != second.Job.ID || !second.AlreadyRunning {
			t.Errorf("%+v, %v; then %+v, %v", first, firstErr, second, secondErr)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// The wait for an equal call of another process is bounded.
func TestSlotHeldByAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		w := newFixture(t, fixtureOptions{ledger: Options{Store: leases}})
		hold, _, err := leases.Acquire(t.Context(), w.call().slot)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.ledger.Start(t.Context(), w.call()); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var left *DisconnectedError
		if _, err := w.ledger.Start(ctx, w.call()); !errors.As(err, &left) || left.Sent {
			t.Errorf("got %v", err)
		}
		hold.Release()
		w.start(t, w.call())
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// Without Redis the promises of one process hold, and the result says so.
func TestLostRedis(t *testing.T) {
	server := redistest.Start(t)
	store, err := state.Open(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	w := newFixture(t, fixtureOptions{ledger: Options{Store: store, MaxJobsPerDay: 3}})
	first := w.start(t, w.call(withContext("1")))
	server.Stop()
	if again := w.start(t, w.call(withContext("1"))); again.Job.ID != first.Job.ID || len(again.Notes) != 1 {
		t.Errorf("got %+v", again)
	}
	second := w.start(t, w.call(withContext("2")))
	if !slices.Equal(second.Notes, []string{noteNoStore, noteNoCount}) {
		t.Errorf("notes %q", second.Notes)
	}
	w.drain(t) // each call's own goroutine writes its line
	if log := w.log.String(); strings.Count(log, `"state_lost":true`) != 2 || !strings.Contains(log, `{"level":"warn","state_lost":true`) {
		t.Errorf("the two calls without Redis leave %s", log)
	}
	if w.ledger.CanWriteState(t.Context()) {
		t.Error("the state counts as usable")
	}
	server.Restart()
	shared := w.ledger.stores.shared
	shared.mu.Lock()
	shared.writing.retryAt = time.Now() // Redis is tried again without a pause
	shared.saveNow()
	shared.mu.Unlock()
	shared.saving.Wait() // until it has the entries that it missed
	if !w.ledger.CanWriteState(t.Context()) || !strings.Contains(w.log.String(), "can be used again") {
		t.Errorf("with Redis again the state counts as lost: %s", w.log)
	}
	if strings.Contains(w.log.String(), "redis:") || strings.Contains(w.log.String(), secret) {
		t.Errorf("log: %s", w.log)
	}
	w.drain(t)
}

// What one process learned of another's job through the store, it knows without the store.
func TestJobLearnedFromStoreIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := newLeaseStore()
		var down atomic.Bool
		store := &processStore{Store: leases, process: newProcess(), fault: func() storeFault { return storeFault{down: down.Load()} }}
		w := newFixture(t, fixtureOptions{ledger: Options{Store: leases}})
		first := w.start(t, w.call())
		w.drain(t)
		other := New(Options{Store: store})
		for _, away := range []bool{false, true} {
			down.Store(away)
			again, err := other.Start(t.Context(), w.call())
			if err != nil || again.Job.ID != first.Job.ID || !again.AlreadyRunning {
				t.Errorf("store away: %t; got %+v, %v", away, again, err)
			}
		}
		wantJobs(t, w, 1)
		other.Close()
		w.drain(t)
	})
}

// fullDisk is a directory on a full disk: locks and empty files can be written, as their
// names fit, and entries cannot.
type fullDisk struct {
	Store
	full atomic.Bool
}

func (d *fullDisk) Intend(ctx context.Context, slot state.Slot, entry state.Entry, hold state.Hold) error {
	if d.full.Load() {
		return syscall.ENOSPC
	}
	return d.Store.Intend(ctx, slot, entry, hold)
}

func (d *fullDisk) Record(ctx context.Context, slot state.Slot, entry state.Entry) error {
	if d.full.Load() {
		return syscall.ENOSPC
	}
	return d.Store.Record(ctx, slot, entry)
}

// A full disk is not usable again because a lock or a count fits: each result says so until
// the missed entries are written.
func TestFullDisk(t *testing.T) {
	store := &fullDisk{Store: state.NewDirectory(t.TempDir())}
	store.full.Store(true)
	w := newFixture(t, fixtureOptions{ledger: Options{Store: store, MaxJobsPerDay: 3}})
	first := w.start(t, w.call(withContext("1")))
	again := w.start(t, w.call(withContext("1")))
	w.drain(t)
	for _, outcome := range []*Outcome{first, again} {
		if outcome.Job.ID != first.Job.ID || !slices.Equal(outcome.Notes, []string{noteNoStore}) {
			t.Errorf("got %+v", outcome)
		}
	}
	if log := w.log.String(); strings.Contains(log, "can be used again") {
		t.Errorf("the log of a full disk: %s", log)
	}
	store.full.Store(false)
	w.ledger.stores.shared.mu.Lock()
	w.ledger.stores.shared.saveNow()
	w.ledger.stores.shared.mu.Unlock()
	w.ledger.stores.shared.saving.Wait()
	again = w.start(t, w.call(withContext("1")))
	if log := w.log.String(); !strings.Contains(log, "can be used again") || again.Job.ID != first.Job.ID || len(again.Notes) != 0 {
		t.Errorf("with space again: %+v; %s", again, log)
	}
	w.drain(t)
}

// Nothing in Redis reveals the credential or has a text of the request.
func TestRedisHasNoCredential(t *testing.T) {
	url := redistest.Start(t).URL()
	store, err := state.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	w := newFixture(t, fixtureOptions{ledger: Options{Store: store, MaxJobsPerDay: 10}})
	w.start(t, w.call(withName("Confidential name"), withContext("confidential question")))
	w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropAfter: true})
	w.start(t, w.call(withName("Confidential other")))
	w.drain(t)
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) < 4 {
		t.Fatalf("only %q, %v", keys, err)
	}
	everything := strings.Join(keys, "\n")
	for _, key := range keys { // as Redis itself would write it to a file
		dump, err := client.Dump(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		everything += dump
		everything += strings.Join(client.HVals(t.Context(), key).Val(), "\n") // of those that are hashes
	}
	for _, part := range []string{secret, secret[8:24], "onfidential", langsmith.Secret(secret).Fingerprint()} {
		if strings.Contains(everything, part) {
			t.Errorf("Redis holds %q", part)
		}
	}
}
