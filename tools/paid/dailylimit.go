package paid

import (
	"context"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

// count takes one of the jobs that the caller may start today.
func (f *inFlight) count() error {
	l := f.ledger
	if l.maxJobsPerDay <= 0 {
		return nil
	}
	today := l.now().UTC()
	tally := state.Tally{Caller: f.call.payer, Day: today.Format(time.DateOnly)}
	counted, err := l.stores.count(f.ctx, tally, f.token, l.maxJobsPerDay)
	f.noteIf(err, noteNoStore)
	if !counted {
		return &LimitError{Most: l.maxJobsPerDay, Resets: today.Truncate(24 * time.Hour).Add(24 * time.Hour), Others: f.others(uuid.Nil)}
	}
	f.tally = &tally
	return nil
}

// uncount gives it back where nothing was started.
func (f *inFlight) uncount() {
	if f.tally == nil {
		return
	}
	f.noteIf(f.ledger.stores.uncount(context.WithoutCancel(f.ctx), *f.tally, f.token), noteNoStore)
	f.tally = nil
}
