package paid

import (
	"context"
	"slices"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// FindRemembered returns the job that [Ledger.Start] would return instead of starting one, as
// far as the memory and the project's list show; nil for none. It is for dry runs: it
// holds no slot, does not wait for equal calls, writes nothing, and requests only the
// list that [Ledger.ListOthers] requests too.
func (l *Ledger) FindRemembered(ctx context.Context, call *Call) *langsmith.Job {
	if call.AllowDuplicate {
		return nil
	}
	f := l.newInFlight(ctx, call)
	defer f.cancel()
	found, err := l.stores.load(ctx, call.slot)
	if err != nil {
		l.log.Warn().Err(err).Msg("the memory of a paid call could not be read for a dry run")
	}
	f.jobs = l.jobLists.get(ctx, call)
	slices.SortStableFunc(found.Entries, func(a, b state.Entry) int { return b.Began.Compare(a.Began) })
	for _, entry := range found.Entries {
		if entry.Stage != state.Started && entry.Stage != state.Probable {
			continue
		}
		job, listed := f.jobs.job(entry.Job)
		if listed && !f.allowsAnother(entry, job) {
			return &job
		}
	}
	return nil
}
