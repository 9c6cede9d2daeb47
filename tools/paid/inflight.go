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

// inFlight is one call under way, with everyone who made an equal call since
// and waits for its outcome. It runs in a goroutine of its own: a caller who
// leaves ends it only while nothing was sent and nobody else waits.
type inFlight struct {
	ledger *Ledger
	call   *Call
	token  uuid.UUID // of the intent

	ctx      context.Context // of the first caller, without its end
	cancel   context.CancelFunc
	done     chan struct{} // closed when the outcome is there
	finished chan struct{} // closed when nothing is left to do

	// Of the goroutine's own.
	hold     state.Hold
	entries  []state.Entry // what is remembered of equal calls
	jobs     *jobList      // the project's
	tally    *state.Tally  // that this call is counted in
	about    state.Entry   // the intent that the outcome belongs to, its own or an earlier one
	recorded state.Entry   // the last that was written to the stores, or read from them
	failed   bool          // the job of that intent has failed
	damaged  bool          // part of what was remembered of equal calls is lost
	notes    []string

	outcome *Outcome // to be read once done is closed
	err     error

	// Guarded by ledger.mu.
	waiting   int
	committed bool // the request is about to be sent, or was
	settled   bool // the outcome stands
}

func (l *Ledger) newInFlight(ctx context.Context, call *Call) *inFlight {
	f := &inFlight{
		ledger: l, call: call, token: uuid.New(), waiting: 1,
		done: make(chan struct{}), finished: make(chan struct{}),
	}
	f.ctx, f.cancel = context.WithCancel(ctx)
	return f
}

// join joins an equal call under way, or begins one.
func (l *Ledger) join(ctx context.Context, call *Call) (f *inFlight, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := call.slot.Key
	if running := l.inFlight[key]; len(running) > 0 && !call.AllowDuplicate {
		running[0].waiting++
		return running[0], false
	}
	f = l.newInFlight(context.WithoutCancel(ctx), call)
	l.inFlight[key] = append(l.inFlight[key], f)
	go f.run()
	return f, true
}

// joinExisting joins an equal call under way; it returns nil where there is none.
func (l *Ledger) joinExisting(call *Call) *inFlight {
	l.mu.Lock()
	defer l.mu.Unlock()
	running := l.inFlight[call.slot.Key]
	if len(running) == 0 {
		return nil
	}
	running[0].waiting++
	return running[0]
}

// remove keeps equal calls from joining; l.mu is held.
func (l *Ledger) remove(f *inFlight) {
	key := f.call.slot.Key
	left := slices.DeleteFunc(l.inFlight[key], func(other *inFlight) bool { return other == f })
	if len(left) == 0 {
		delete(l.inFlight, key)
		return
	}
	l.inFlight[key] = left
}

// wait returns the outcome, or a [LeftError] when ctx ends first.
func (f *inFlight) wait(ctx context.Context) (*Outcome, error) {
	select {
	case <-f.done:
		return f.outcome, f.err
	case <-ctx.Done():
	}
	l := f.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.settled {
		return f.outcome, f.err
	}
	f.waiting--
	if f.waiting == 0 && !f.committed {
		l.remove(f)
		f.cancel()
	}
	return nil, &LeftError{Sent: f.committed, Err: ctx.Err()}
}

// asJoined is an outcome as callers see it that joined the first one.
func asJoined(outcome *Outcome, err error) (*Outcome, error) {
	if err != nil || outcome == nil {
		return nil, err
	}
	joined := *outcome
	joined.AlreadyRunning = !joined.AlreadyDone
	return &joined, nil
}

// commit decides that the request will be sent. From here on nobody's leaving
// ends the call. It fails where everybody left already.
func (f *inFlight) commit() error {
	f.ledger.mu.Lock()
	defer f.ledger.mu.Unlock()
	if f.waiting == 0 && !f.committed {
		return context.Canceled
	}
	f.committed = true
	f.ledger.sending[f] = struct{}{}
	return nil
}

// run remembers the outcome, and tells it, before anything else: writing the log
// may fail, or wait for whoever reads it.
func (f *inFlight) run() {
	defer f.finish()
	outcome, err := f.recoverPanic(f.start)
	f.settle(outcome, err)
	f.release()
	f.ledger.audit(f.call, f.token, outcome, err)
}

func (f *inFlight) finish() {
	f.cancel()
	f.ledger.mu.Lock()
	defer f.ledger.mu.Unlock()
	delete(f.ledger.sending, f)
	close(f.finished)
}

func (f *inFlight) release() {
	if f.hold != nil {
		f.hold.Release()
		f.hold = nil
	}
}

// recoverPanic keeps a bug from ending the whole process, as the server does for
// the calls that run in goroutines of its own.
func (f *inFlight) recoverPanic(step func() (*Outcome, error)) (outcome *Outcome, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			f.ledger.log.Error().Interface("panic", bug).Bytes("stack", debug.Stack()).Msg("paid call broke")
			outcome, err = nil, &UncertainError{Err: fmt.Errorf("this server has a bug: %v", bug)}
		}
	}()
	return step()
}

// settle gives the outcome to those who wait, and records whether anyone did: a
// job that nobody was told of is the next equal call's to learn.
func (f *inFlight) settle(outcome *Outcome, err error) {
	l := f.ledger
	recorded, told := false, false
	for {
		l.mu.Lock()
		someone := f.waiting > 0
		if recorded && told == someone {
			break
		}
		l.mu.Unlock()
		recorded, told = true, someone
		f.recordOutcome(told)
	}
	defer l.mu.Unlock()
	var uncertain *UncertainError
	if outcome != nil {
		outcome.Notes = f.notes
	} else if errors.As(err, &uncertain) {
		uncertain.Notes = f.notes
	}
	f.outcome, f.err = outcome, err
	f.settled = true
	l.remove(f)
	close(f.done)
}

// note says, once, which promise could not be kept.
func (f *inFlight) note(text string) {
	if !slices.Contains(f.notes, text) {
		f.notes = append(f.notes, text)
	}
}

// noteIf says so where a store failed.
func (f *inFlight) noteIf(err error, text string) {
	if err != nil {
		f.note(text)
	}
}
