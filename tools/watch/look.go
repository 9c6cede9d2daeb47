package watch

import (
	"context"
	"time"
)

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
