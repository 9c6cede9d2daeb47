package paid

import (
	"context"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// count counts a job against the caller's limit of today.
func (f *inFlight) count() error {
	l := f.ledger
	if l.maxJobsPerDay <= 0 {
		return nil
	}
	tally := l.today(f.call)
	counted, err := l.stores.count(f.ctx, tally, f.token, l.maxJobsPerDay)
	f.noteIf(err, noteNoStore)
	f.noteIf(err, noteNoCount)
	if !counted {
		return l.limitError(f.others(uuid.Nil))
	}
	f.tally = &tally
	return nil
}

// CheckDailyLimit returns a [LimitError] if today's jobs are used up, for callers that do
// work before they start a job. [Ledger.Start] decides.
func (l *Ledger) CheckDailyLimit(ctx context.Context, call *Call) error {
	if l.maxJobsPerDay <= 0 {
		return nil
	}
	if counted, err := l.stores.readCount(ctx, l.today(call)); err != nil || counted < l.maxJobsPerDay {
		return err
	}
	var others []langsmith.Job
	if call.Project != uuid.Nil { // else the project does not exist
		others, _, _ = l.ListOthers(ctx, call)
	}
	return l.limitError(others)
}

// today returns the tally of the current day.
func (l *Ledger) today(call *Call) state.Tally {
	return state.Tally{Caller: call.payer, Day: l.now().UTC().Format(time.DateOnly)}
}

func (l *Ledger) limitError(others []langsmith.Job) error {
	return &LimitError{Most: l.maxJobsPerDay, Resets: l.now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour), Others: others}
}

// uncount reverses count if nothing was started.
func (f *inFlight) uncount() {
	if f.tally == nil {
		return
	}
	f.noteIf(f.ledger.stores.uncount(context.WithoutCancel(f.ctx), *f.tally, f.token), noteNoStore)
	f.tally = nil
}
