package paid

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

// flight is one call on its way, with everyone who made an equal call since and
// waits for its outcome. It runs apart from them: who leaves ends it only while
// nothing was sent and nobody else waits.
type flight struct {
	ledger *Ledger
	call   Call
	id     identity
	token  uuid.UUID // of the intent

	ctx    context.Context // of the first caller, without its end
	cancel context.CancelFunc
	done   chan struct{} // closed when the outcome is there
	landed chan struct{} // closed when nothing is left to finish

	// What the flight's own goroutine knows.
	hold    state.Hold
	entries []state.Entry // what is remembered of equal calls
	seen    *view         // the project's jobs
	tally   *state.Tally  // that this call is counted in
	about   state.Entry   // the intent that the outcome belongs to, its own or an earlier one
	written state.Entry   // the last that a memory was told, or told itself
	ended   bool          // the job of that intent has ended
	notes   []string

	outcome *Outcome // to be read once done is closed
	err     error

	// Guarded by ledger.mu.
	waiting   int
	committed bool // the request is about to be sent, or was
	finished  bool // the outcome stands
}

func (l *Ledger) newFlight(ctx context.Context, id identity, call Call) *flight {
	f := &flight{
		ledger: l, call: call, id: id, token: uuid.New(), waiting: 1,
		done: make(chan struct{}), landed: make(chan struct{}),
	}
	f.ctx, f.cancel = context.WithCancel(ctx)
	return f
}

// board joins the flight of an equal call, or begins one.
func (l *Ledger) board(ctx context.Context, id identity, call Call) (f *flight, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if running := l.flights[id.slot.Key]; len(running) > 0 && !call.AllowDuplicate {
		running[0].waiting++
		return running[0], false
	}
	f = l.newFlight(context.WithoutCancel(ctx), id, call)
	l.flights[id.slot.Key] = append(l.flights[id.slot.Key], f)
	go f.run()
	return f, true
}

// boardRunning joins the flight of an equal call, if there is one.
func (l *Ledger) boardRunning(id identity) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	running := l.flights[id.slot.Key]
	if len(running) == 0 {
		return nil
	}
	running[0].waiting++
	return running[0]
}

// takeOut makes a flight one that nobody joins any more; l.mu is held.
func (l *Ledger) takeOut(f *flight) {
	key := f.id.slot.Key
	rest := slices.DeleteFunc(l.flights[key], func(other *flight) bool { return other == f })
	if len(rest) == 0 {
		delete(l.flights, key)
		return
	}
	l.flights[key] = rest
}

// wait returns the outcome, or the end of the caller's patience.
func (f *flight) wait(ctx context.Context) (*Outcome, error) {
	select {
	case <-f.done:
		return f.outcome, f.err
	case <-ctx.Done():
	}
	l := f.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.finished {
		return f.outcome, f.err
	}
	f.waiting--
	if f.waiting == 0 && !f.committed {
		l.takeOut(f) // whoever comes now begins anew
		f.cancel()
	}
	return nil, &LeftError{Sent: f.committed, Err: ctx.Err()}
}

// joined is an outcome as those see it who did not make the first call.
func joined(outcome *Outcome, err error) (*Outcome, error) {
	if err != nil || outcome == nil {
		return nil, err
	}
	theirs := *outcome
	theirs.AlreadyRunning = true
	return &theirs, nil
}

// commit decides that the request will be sent. From here on nobody's leaving
// ends the flight. It fails where everybody left already.
func (f *flight) commit() error {
	f.ledger.mu.Lock()
	defer f.ledger.mu.Unlock()
	if f.waiting == 0 && !f.committed {
		return context.Canceled
	}
	f.committed = true
	f.ledger.underWay[f] = struct{}{}
	return nil
}

func (f *flight) run() {
	defer f.land()
	outcome, err := f.safely(f.start)
	f.ledger.audit(f.id, f.call.Project, f.token, outcome, err)
	f.finish(outcome, err)
	f.release()
}

func (f *flight) land() {
	f.cancel()
	f.ledger.mu.Lock()
	defer f.ledger.mu.Unlock()
	delete(f.ledger.underWay, f)
	close(f.landed)
}

func (f *flight) release() {
	if f.hold != nil {
		f.hold.Release()
		f.hold = nil
	}
}

// safely keeps a bug from ending the whole process, as the server does for the
// calls that run in goroutines of its own.
func (f *flight) safely(step func() (*Outcome, error)) (outcome *Outcome, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			f.ledger.log.Error().Interface("panic", bug).Bytes("stack", debug.Stack()).Msg("paid call broke")
			outcome, err = nil, &UncertainError{Err: fmt.Errorf("this server has a bug: %v", bug)}
		}
	}()
	return step()
}

// finish gives the outcome to those who wait, and remembers whether anyone did:
// a job that nobody was told of is the next equal call's to learn.
func (f *flight) finish(outcome *Outcome, err error) {
	l := f.ledger
	remembered, told := false, false
	for {
		l.mu.Lock()
		someone := f.waiting > 0
		if remembered && told == someone {
			break
		}
		l.mu.Unlock()
		remembered, told = true, someone
		f.remember(told)
	}
	defer l.mu.Unlock()
	var uncertain *UncertainError
	if outcome != nil {
		outcome.Notes = f.notes
	} else if errors.As(err, &uncertain) {
		uncertain.Notes = f.notes
	}
	f.outcome, f.err = outcome, err
	f.finished = true
	l.takeOut(f)
	close(f.done)
}

// Drain waits until no request is under way whose outcome is not yet
// remembered, for as long as ctx lets it. Calls that have sent nothing yet end
// by themselves when their callers leave.
func (l *Ledger) Drain(ctx context.Context) error {
	for {
		under := l.flying()
		if len(under) == 0 {
			return nil
		}
		select {
		case <-under[0].landed:
		case <-ctx.Done():
			return fmt.Errorf("%d paid requests are still under way: %w", len(under), ctx.Err())
		}
	}
}

// UnderWay is how many paid requests are being sent or looked after.
func (l *Ledger) UnderWay() int { return len(l.flying()) }

func (l *Ledger) flying() []*flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	under := make([]*flight, 0, len(l.underWay))
	for f := range l.underWay {
		under = append(under, f)
	}
	return under
}

// note says, once, which promise could not be kept.
func (f *flight) note(text string) {
	if !slices.Contains(f.notes, text) {
		f.notes = append(f.notes, text)
	}
}
