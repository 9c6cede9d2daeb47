// Package watch polls Insights jobs. However many callers with the same credential wait for a
// job or look at it repeatedly, LangSmith gets one request per interval.
//
// One goroutine polls a job from its first caller to its last. Callers have no goroutines of
// their own.
package watch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Watcher polls jobs for its callers. It is safe for concurrent use.
type Watcher struct {
	// MaxWaiters is how many callers may wait at once; 0 for any number. A further caller
	// gets the current state. It must be set before the first Wait.
	MaxWaiters int

	times   *reportTimesCache
	known   *knownJobs
	mu      sync.Mutex
	pollers map[key]*poller
	waiting int // callers that wait, without those who only look
	closed  bool
}

// New returns a Watcher without pollers.
func New() *Watcher {
	return &Watcher{times: newReportTimesCache(), known: newKnownJobs(), pollers: map[key]*poller{}}
}

// key identifies what a poll returns: callers with the same key get the same response.
type key struct {
	endpoint   string
	workspace  uuid.UUID
	credential string // the fingerprint
	project    uuid.UUID
	job        uuid.UUID
}

func newKey(client *langsmith.Client, project, job uuid.UUID) key {
	return key{client.Endpoint().String(), client.Credentials().Workspace, client.Fingerprint(), project, job}
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

	// Timeout is how long to wait for the end of the job; 0 to look once.
	Timeout time.Duration

	// Ending ends the wait when it is closed; nil for never.
	Ending <-chan struct{}

	// Progress, if not nil, is called in the caller's goroutine at least every 2 s, and not
	// immediately before Wait returns.
	Progress func(State)
}

func (r *Request) key() key { return newKey(r.LangSmith, r.Project, r.Job) }

// The errors of a wait that ends before LangSmith's first response.
var (
	ErrNoAnswer = errors.New("LangSmith has not answered yet")
	ErrEnding   = errors.New("the server is ending")
)

const (
	// maxLookTime is how long a look waits for a response. Some clients end a call after 30 s.
	maxLookTime = 25 * time.Second

	// lastLook is how long the first response may still take while the server ends, which
	// takes at most 2 s.
	lastLook = time.Second

	// progressInterval is below 2 s to allow for the delay of a slow machine.
	progressInterval = 1800 * time.Millisecond

	// quietBefore is the time before its timeout in which a wait reports no progress, because
	// clients lose a notification right before a result.
	quietBefore = 250 * time.Millisecond
)

// Wait returns when the job has ended. It returns the current state at the timeout, when the
// server ends, and when too many callers are waiting. It fails only if ctx is done, if LangSmith
// refuses a job that it has not shown before, or if it has never returned a state; the error is
// then that of the last poll.
func (w *Watcher) Wait(ctx context.Context, r Request) (State, error) {
	mayWait := w.admit(&r)
	p := w.join(ctx, &r, false)
	defer w.leave(p, mayWait)

	// A caller who only looks gets the first state.
	looking, end := !mayWait, TimedOut
	limit := r.Timeout
	if looking {
		limit = maxLookTime
		if r.Timeout > 0 {
			end = TooManyWaits
		}
	}
	began, ending := time.Now(), r.Ending
	timeout := time.NewTimer(limit)
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
		case looking && state.Err != nil && r.Timeout == 0 && !state.retrying:
			return State{}, state.Err
		}
		select {
		case <-latest.changed:
		case <-tick.C:
			if limit-time.Since(began) > quietBefore {
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

// admit counts a waiting caller. It returns false for one who only looks, by its request or
// because too many are waiting.
func (w *Watcher) admit(r *Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	mayWait := r.Timeout > 0 && (w.MaxWaiters <= 0 || w.waiting < w.MaxWaiters)
	if mayWait {
		w.waiting++
	}
	return mayWait
}

// join adds a caller to the poller of a job, and starts it for the first caller. If the poller
// has found that the job has ended, a wait starts a new one, and a repeated look does not.
func (w *Watcher) join(ctx context.Context, r *Request, looks bool) *poller {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pollers[r.key()]
	if p == nil || !looks && p.latest.Load().final {
		p = newPoller(r, w.times, w.known)
		w.pollers[p.key] = p
		// The poller ends with its last caller, not with the first.
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

// leave removes a caller. With the last one it stops the poller and its request in flight.
func (w *Watcher) leave(p *poller, mayWait bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if mayWait {
		w.waiting--
	}
	w.drop(p)
}

// drop removes a waiter from a poller. The caller holds the mutex.
func (w *Watcher) drop(p *poller) {
	p.waiters--
	if p.waiters == 0 {
		p.stop()
		w.remove(p)
	}
}

// remove removes a poller, so that the next caller starts a new one. The caller holds the
// mutex.
func (w *Watcher) remove(p *poller) {
	if w.pollers[p.key] == p {
		delete(w.pollers, p.key)
	}
}

// CountWaiters returns the number of waiting callers.
func (w *Watcher) CountWaiters() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting
}

// leaseMargin is how long after its next look is due a job is still polled for a caller.
const leaseMargin = 5 * time.Second

// Look returns the state of a job at its last poll, for a caller who looks repeatedly until
// the job has ended. Between the looks the job is polled, until it has ended or the next look
// is overdue. Look waits for a response of LangSmith only if the job is not being polled.
// Unlike [Watcher.Wait] it returns a state without a report if LangSmith returned none. It
// fails only if ctx is done or LangSmith refuses a job that it has not shown before. It ignores Timeout and Progress of
// the request.
func (w *Watcher) Look(ctx context.Context, r Request) (State, error) {
	p := w.join(ctx, &r, true)
	defer w.leave(p, false)
	defer w.extendLease(p)
	ending := r.Ending
	timeout := time.NewTimer(maxLookTime)
	defer timeout.Stop()
	for {
		latest := p.latest.Load()
		state := latest.State
		switch {
		case latest.final:
			return latest.finalResult()
		case state.Report != nil || state.Err != nil && !state.retrying:
			state.End = TimedOut
			return state, nil
		}
		select {
		case <-latest.changed:
		case <-timeout.C:
			state.End = TimedOut
			return state, nil
		case <-ending:
			ending = nil
			timeout.Reset(lastLook)
		case <-ctx.Done():
			return State{}, ctx.Err()
		}
	}
}

// extendLease keeps a poller until the next look is overdue.
func (w *Watcher) extendLease(p *poller) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lease := p.latest.Load().NextPoll() + leaseMargin
	switch {
	case w.closed:
	case p.lease == nil:
		p.waiters++
		p.lease = time.AfterFunc(lease, func() { w.leave(p, false) })
	case !p.lease.Reset(lease): // the previous lease has ended, or is ending
		p.waiters++
	}
}

// Close ends the polling for callers who may look again.
func (w *Watcher) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, p := range w.pollers {
		if p.lease != nil && p.lease.Stop() {
			w.drop(p)
		}
	}
}
