package watch

import (
	"context"
	"time"
)

// leaseMargin is how much later than asked a caller may look again and still find the
// job being polled.
const leaseMargin = 5 * time.Second

// Look returns the state of a job as it was polled last, for a caller who looks again
// until the job has ended: until then, and until the next look is overdue, the job is
// polled. It asks LangSmith, and waits for the answer, only where nobody has for an
// interval. Unlike [Watcher.Wait] it returns a state without a report where LangSmith
// gave none; it fails only when ctx is done and when polling again cannot help.
// Timeout and Progress of the request mean nothing.
func (w *Watcher) Look(ctx context.Context, r Request) (State, error) {
	p := w.join(ctx, &r, true)
	defer w.leave(p, false)
	defer w.extendLease(p)
	ending := r.Ending
	timeout := time.NewTimer(longestLook)
	defer timeout.Stop()
	for {
		latest := p.latest.Load()
		state := latest.State
		switch {
		case latest.final:
			return latest.finalResult()
		case state.Report != nil || state.Err != nil:
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
	case !p.lease.Reset(lease): // the last one is over, or just about to be
		p.waiters++
	}
}

// Close ends the polling for callers who might have looked again.
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
