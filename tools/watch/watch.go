// Package watch follows Insights jobs: however many callers wait for one job
// with the same credential, LangSmith is asked once an interval for it.
//
// A job is followed by one goroutine from its first waiter to its last; nobody
// waiting, nothing asks. Waiters cost no goroutine of their own.
package watch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Watcher follows jobs. Its zero value is ready, and it is safe for concurrent
// use.
type Watcher struct {
	// MaxWaiters is how many callers may wait at once, 0 for any number. One
	// more is answered with the state as it is. Set it before the first Wait.
	MaxWaiters int

	mu      sync.Mutex
	follows map[key]*follow
	memory  memory
	waiting int // callers that may wait, not those who only look
}

// New returns a Watcher that follows nothing yet.
func New() *Watcher { return &Watcher{} }

// key says whose view of which job a poll gives; callers who share it see the
// same.
type key struct {
	endpoint   string
	workspace  uuid.UUID
	credential string // its fingerprint
	project    uuid.UUID
	job        uuid.UUID
}

// Request is one caller's wish to wait for a job.
type Request struct {
	LangSmith    *langsmith.Client
	Project, Job uuid.UUID

	// Timeout is how long to wait for the job's end; 0 looks once.
	Timeout time.Duration

	// Ending ends the wait with the state so far; nil for never.
	Ending <-chan struct{}

	// Progress is called in the caller's goroutine, at least every 2 s, and
	// never just before Wait returns; nil for not at all.
	Progress func(State)
}

func (r *Request) key() key {
	credentials := r.LangSmith.Credentials()
	return key{r.LangSmith.Endpoint().String(), credentials.Workspace, credentials.Fingerprint(), r.Project, r.Job}
}

// The errors of a wait that ends before LangSmith has said anything at all.
var (
	ErrNoAnswer = errors.New("LangSmith has not answered yet")
	ErrEnding   = errors.New("the server is ending")
)

const (
	// longestLook is how long somebody who only looks waits for the first
	// answer, failing ones included: some clients give a call no more than 30 s.
	longestLook = 25 * time.Second

	// lastLook is how long the first answer may still take when the server is
	// about to end; it has 2 s in all.
	lastLook = time.Second

	// progressEvery keeps two reports less than 2 s apart, with room for a
	// machine that is slow to wake.
	progressEvery = 1800 * time.Millisecond

	// quietBefore is how long before its end a wait says nothing more: clients
	// have been seen to lose what comes right before a result.
	quietBefore = 250 * time.Millisecond
)

// Wait returns when the job has ended, or earlier with the state so far: at the
// timeout, when the server ends, when too many wait already. It fails only when
// ctx is done, when asking again cannot help, and when LangSmith has told no
// state at all; the error is then the last one.
func (w *Watcher) Wait(ctx context.Context, r Request) (State, error) {
	f, mayWait := w.join(ctx, &r)
	defer w.leave(&r, f, mayWait)

	// Whoever only looks is content with the first state there is.
	looking, end := !mayWait, TimedOut
	patience := r.Timeout
	if looking {
		patience = longestLook
		if r.Timeout > 0 {
			end = Crowded
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
		seen := f.seen.Load()
		state := seen.State
		switch {
		case seen.final && state.Err != nil:
			return State{}, state.Err
		case seen.final:
			return state.ended(Done)
		case looking && state.Report != nil:
			return state.ended(end)
		}
		select {
		case <-seen.changed:
		case <-tick.C:
			if patience-time.Since(began) > quietBefore {
				r.Progress(state)
			}
			tick.Reset(progressEvery)
		case <-timeout.C:
			return state.ended(end)
		case <-ending:
			looking, end, ending = true, ServerEnding, nil
			timeout.Reset(lastLook)
		case <-ctx.Done():
			return State{}, ctx.Err()
		}
	}
}

// join finds the follow of a job, or begins it. mayWait is false for those who
// only look, because they asked for that or because too many wait.
func (w *Watcher) join(ctx context.Context, r *Request) (f *follow, mayWait bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	mayWait = r.Timeout > 0 && (w.MaxWaiters <= 0 || w.waiting < w.MaxWaiters)
	if mayWait {
		w.waiting++
	}
	k := r.key()
	f = w.follows[k]
	if f == nil {
		f = newFollow(r, k, &w.memory)
		if w.follows == nil {
			w.follows = map[key]*follow{}
		}
		w.follows[k] = f
		// It outlives the caller that happened to come first, and ends with the
		// one that happens to go last.
		ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
		go func() {
			f.run(ctx)
			w.forget(k, f)
		}()
	}
	f.waiters++
	return f, mayWait
}

// leave ends a follow with its last waiter, a request in flight included.
func (w *Watcher) leave(r *Request, f *follow, mayWait bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if mayWait {
		w.waiting--
	}
	f.waiters--
	if f.waiters == 0 {
		f.stop()
		w.drop(r.key(), f)
	}
}

// forget lets the next caller ask anew about a job that has ended.
func (w *Watcher) forget(k key, f *follow) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(k, f)
}

func (w *Watcher) drop(k key, f *follow) {
	if w.follows[k] == f {
		delete(w.follows, k)
	}
}

// Waiting is how many callers wait at the moment.
func (w *Watcher) Waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting
}
