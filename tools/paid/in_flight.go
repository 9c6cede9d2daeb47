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

// inFlight is a call in progress, with all callers of equal calls that wait for its
// outcome. It runs in its own goroutine. Callers that disconnect end it only if nothing
// has been sent and no other caller waits.
type inFlight struct {
	ledger *Ledger
	call   *Call
	token  uuid.UUID // of the intent

	ctx      context.Context // of the first caller, without its cancellation
	cancel   context.CancelFunc
	done     chan struct{} // closed when the outcome is known
	finished chan struct{} // closed when the goroutine has ended

	// These belong to the goroutine.
	hold     state.Hold
	entries  []state.Entry // the remembered entries of equal calls
	jobs     *jobList      // the project's
	tally    *state.Tally  // the tally that counts this call
	about    state.Entry   // the intent of the outcome: its own or an earlier one
	recorded state.Entry   // the entry that was last written to the stores, or read from them
	failed   bool          // the job of that intent has failed
	damaged  bool          // a part of the memory of equal calls is lost
	notes    []string

	outcome *Outcome // valid when done is closed
	err     error

	// Guarded by ledger.mu.
	waiting   int
	committed bool // the request is being sent, or was sent
	settled   bool // the outcome is final
}

func (l *Ledger) newInFlight(ctx context.Context, call *Call) *inFlight {
	f := &inFlight{
		ledger: l, call: call, token: uuid.New(), waiting: 1,
		done: make(chan struct{}), finished: make(chan struct{}),
	}
	f.ctx, f.cancel = context.WithCancel(ctx)
	return f
}

// join joins an equal call in progress, or begins one.
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

// joinExisting joins an equal call in progress; it returns nil if there is none.
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

// remove prevents equal calls from joining. l.mu is held.
func (l *Ledger) remove(f *inFlight) {
	key := f.call.slot.Key
	left := slices.DeleteFunc(l.inFlight[key], func(other *inFlight) bool { return other == f })
	if len(left) == 0 {
		delete(l.inFlight, key)
		return
	}
	l.inFlight[key] = left
}

// wait returns the outcome, or a [DisconnectedError] if ctx ends first.
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
	return nil, &DisconnectedError{Sent: f.committed, Err: ctx.Err()}
}

// joinedOutcome returns the outcome for callers that joined the first one.
func joinedOutcome(outcome *Outcome, err error) (*Outcome, error) {
	if err != nil || outcome == nil {
		return nil, err
	}
	joined := *outcome
	joined.AlreadyRunning = !joined.AlreadyDone
	return &joined, nil
}

// commit decides that the request will be sent. From here on, disconnecting callers do
// not end the call. It fails if all callers have disconnected.
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

// run records the outcome and returns it to the callers before it writes the log, which
// may fail or block.
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

// recoverPanic keeps a panic from ending the whole process, as the server does in the
// goroutines of calls.
func (f *inFlight) recoverPanic(step func() (*Outcome, error)) (outcome *Outcome, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			f.ledger.log.Error().Interface("panic", bug).Bytes("stack", debug.Stack()).Msg("a paid call panicked")
			outcome, err = nil, &UncertainError{Err: fmt.Errorf("this server has a bug: %v", bug)}
		}
	}()
	return step()
}

// settle returns the outcome to the waiting callers, and records whether there was one: a
// job that no caller got is returned to the next equal call.
func (f *inFlight) settle(outcome *Outcome, err error) {
	l := f.ledger
	recorded, delivered := false, false
	for {
		l.mu.Lock()
		someone := f.waiting > 0
		if recorded && delivered == someone {
			break
		}
		l.mu.Unlock()
		recorded, delivered = true, someone
		f.recordOutcome(delivered)
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

// note adds a note, once.
func (f *inFlight) note(text string) {
	if !slices.Contains(f.notes, text) {
		f.notes = append(f.notes, text)
	}
}

// noteIf adds the note if a store failed.
func (f *inFlight) noteIf(err error, text string) {
	if err != nil {
		f.note(text)
	}
}

// recordOutcome writes the outcome into its intent, and whether a caller got it.
func (f *inFlight) recordOutcome(delivered bool) {
	if f.about.Job == uuid.Nil {
		return // the intent already says what is known
	}
	entry := f.about
	entry.Delivered = entry.Delivered || delivered
	if entry.Delivered && f.failed && entry.Stage == state.Started { // a probable job may be another caller's
		entry = closeEntry(entry)
	}
	if entry.Token != f.recorded.Token || entry.Stage != f.recorded.Stage || entry.Delivered != f.recorded.Delivered || !entry.Missing.Equal(f.recorded.Missing) {
		f.record(entry)
	}
}

// closeEntry returns an entry that does not prevent another job. A probable job may then
// be any call's.
func closeEntry(entry state.Entry) state.Entry {
	if entry.Stage == state.Probable {
		entry.Job = uuid.Nil
	}
	entry.Stage = state.Ended
	return entry
}

// closeIntent records that the call's own intent started nothing.
func (f *inFlight) closeIntent() {
	f.record(closeEntry(f.about))
	f.about = state.Entry{}
}

// record writes an entry, even if no caller waits any more.
func (f *inFlight) record(entry state.Entry) {
	f.recorded = entry
	f.noteIf(f.ledger.stores.record(context.WithoutCancel(f.ctx), f.call.slot, entry), noteNoStore)
}
