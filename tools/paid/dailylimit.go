package paid

import (
	"context"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// count takes one of the jobs that the caller may start today.
func (f *inFlight) count() error {
	l := f.ledger
	if l.maxJobsPerDay <= 0 {
		return nil
	}
	tally := l.today(f.call)
	counted, err := l.stores.count(f.ctx, tally, f.token, l.maxJobsPerDay)
	f.noteIf(err, noteNoStore)
	if !counted {
		return l.limitError(f.others(uuid.Nil))
	}
	f.tally = &tally
	return nil
}

// CheckDailyLimit returns a [LimitError] where today's jobs are used up, so that a call
// need do nothing before that. [Ledger.Start] decides.
func (l *Ledger) CheckDailyLimit(ctx context.Context, call *Call) error {
	if l.maxJobsPerDay <= 0 {
		return nil
	}
	if counted, err := l.stores.counted(ctx, l.today(call)); err != nil || counted < l.maxJobsPerDay {
		return err
	}
	var others []langsmith.Job
	if call.Project != uuid.Nil { // else the project does not exist
		others, _, _ = l.Others(ctx, call)
	}
	return l.limitError(others)
}

// today is the tally of a call that is made now.
func (l *Ledger) today(call *Call) state.Tally {
	return state.Tally{Caller: call.payer, Day: l.now().UTC().Format(time.DateOnly)}
}

func (l *Ledger) limitError(others []langsmith.Job) error {
	return &LimitError{Most: l.maxJobsPerDay, Resets: l.now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour), Others: others}
}

// uncount gives it back where nothing was started.
func (f *inFlight) uncount() {
	if f.tally == nil {
		return
	}
	f.noteIf(f.ledger.stores.uncount(context.WithoutCancel(f.ctx), *f.tally, f.token), noteNoStore)
	f.tally = nil
}
