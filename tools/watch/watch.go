// Package watch polls Insights jobs. However many callers wait for one job with the
// same credential, or look at it again and again, LangSmith is asked once an interval
// for it.
//
// One goroutine polls a job from its first waiter to its last. Waiters have no
// goroutines of their own.
package watch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Watcher polls jobs for those who wait. It is safe for concurrent use.
type Watcher struct {
	// MaxWaiters is how many callers may wait at once; 0 for any number. One more gets
	// the state as it is. It must be set before the first Wait.
	MaxWaiters int

	earlier *earlierCache
	mu      sync.Mutex
	pollers map[key]*poller
	waiting int // callers that wait, without those who only look
	closed  bool
}

// New returns a Watcher that polls nothing yet.
func New() *Watcher {
	return &Watcher{earlier: newEarlierCache(), pollers: map[key]*poller{}}
}

// key is the view of a job that a poll returns. Callers with the same key see the
// same.
type key struct {
	endpoint   string
	workspace  uuid.UUID
	credential string // its fingerprint
	project    uuid.UUID
	job        uuid.UUID
}

// ofProject returns the key without a job.
func (k key) ofProject() key {
	k.job = uuid.Nil
	return k
}

// Request is a caller's request to wait for a job.
type Request struct {
	LangSmith    *langsmith.Client
	Project, Job uuid.UUID

	// Timeout is how long to wait for the end of the job; 0 looks once.
	Timeout time.Duration

	// Ending ends the wait when it is closed; nil for never.
	Ending <-chan struct{}

	// Progress is called in the caller's goroutine, at least every 2 s, and never just
	// before Wait returns; nil for not at all.
	Progress func(State)
}

func (r *Request) key() key {
	credentials := r.LangSmith.Credentials()
	return key{r.LangSmith.Endpoint().String(), credentials.Workspace, credentials.Fingerprint(), r.Project, r.Job}
}

// The errors of a wait that ends before LangSmith has answered at all.
var (
	ErrNoAnswer = errors.New("LangSmith has not answered yet")
	ErrEnding   = errors.New("the server is ending")
)

const (
	// longestLook is how long a caller who only looks waits for an answer. Some clients
	// give a call no more than 30 s.
	longestLook = 25 * time.Second

	// lastLook is how long the first answer may still take when the server is about to
	// end, for which it has 2 s in all.
	lastLook = time.Second

	// progressInterval is less than 2 s by what a slow machine may be late.
	progressInterval = 1800 * time.Millisecond

	// quietBefore is how long before its timeout a wait reports no progress: clients
	// lose what arrives right before a result.
	quietBefore = 250 * time.Millisecond
)

// Wait returns when the job has ended. It returns the state so far at the timeout,
// when the server ends, and when too many callers wait already. It fails only when
// ctx is done, when polling again cannot help, and when LangSmith has returned no
// state at all; the error is then that of the last poll.
func (w *Watcher) Wait(ctx context.Context, r Request) (State, error) {
	mayWait := w.admit(&r)
	p := w.join(ctx, &r, false)
	defer w.leave(p, mayWait)

	// A caller who only looks takes the first state there is.
	looking, end := !mayWait, TimedOut
	patience := r.Timeout
	if looking {
		patience = longestLook
		if r.Timeout > 0 {
			end = TooManyWaits
		}
	}
	began, ending := time.Now(), r.Ending
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	tick := time.NewTimer(0)
	defer tick.Stop()
	if r.Progress == nil {
		tick.Stop()
	}
	for {
		latest := p.latest.Load()
		state := latest.State
		switch {
		case latest.final:
			return latest.finalResult()
		case looking && state.Report != nil:
			return state.result(end)
		case looking && state.Err != nil && r.Timeout == 0:
			return State{}, state.Err // the client's own retries are over
		}
		select {
		case <-latest.changed:
		case <-tick.C:
			if patience-time.Since(began) > quietBefore {
				r.Progress(state)
			}
			tick.Reset(progressInterval)
		case <-timeout.C:
			return state.result(end)
		case <-ending:
			looking, end, ending = true, ServerEnding, nil
			timeout.Reset(lastLook)
		case <-ctx.Done():
			return State{}, ctx.Err()
		}
	}
}

// admit counts a caller who waits. It returns false for one who only looks, as asked
// or because too many wait.
func (w *Watcher) admit(r *Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	mayWait := r.Timeout > 0 && (w.MaxWaiters <= 0 || w.waiting < w.MaxWaiters)
	if mayWait {
		w.waiting++
	}
	return mayWait
}

// join adds a caller to the poller of a job, which it starts for the first. Whoever
// waits starts another where the job was found to have ended; whoever looks again and
// again does not.
func (w *Watcher) join(ctx context.Context, r *Request, looks bool) *poller {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pollers[r.key()]
	if p == nil || !looks && p.latest.Load().final {
		p = newPoller(r, w.earlier)
		w.pollers[p.key] = p
		// It ends with the last caller, and not with the one that came first.
		ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
		go func() {
			p.run(ctx)
			w.mu.Lock()
			defer w.mu.Unlock()
			if !p.looked {
				w.remove(p)
			}
		}()
	}
	p.looked = p.looked || looks
	p.waiters++
	return p
}

// leave stops a poller with its last caller, and the request that it has in flight.
func (w *Watcher) leave(p *poller, mayWait bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if mayWait {
		w.waiting--
	}
	w.drop(p)
}

// drop takes a waiter from a poller. The caller holds the mutex.
func (w *Watcher) drop(p *poller) {
	p.waiters--
	if p.waiters == 0 {
		p.stop()
		w.remove(p)
	}
}

// remove has the next caller start a new poller. The caller holds the mutex.
func (w *Watcher) remove(p *poller) {
	if w.pollers[p.key] == p {
		delete(w.pollers, p.key)
	}
}

// Waiting returns how many callers wait.
func (w *Watcher) Waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting
}
