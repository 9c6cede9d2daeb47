package paid

import (
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// freshReport bounds how old a report may be to be returned instead of another.
const freshReport = time.Hour

// isFresh reports whether a job has succeeded so lately that another one would
// tell the same: within an hour, and within a tenth of the window that it read.
func (f *inFlight) isFresh(entry state.Entry, job langsmith.Job) bool {
	if job.Status != langsmith.StatusSuccess {
		return false
	}
	age := f.age(entry)
	// LangSmith's two times come from one clock, which need not be right.
	if took := job.EndTime.Sub(job.CreatedAt.Time); !job.EndTime.IsZero() && took > 0 && took < age {
		age -= took
	}
	return age < min(freshReport, windowOf(f.call.Request, f.ledger.now())/10)
}

// windowOf is how much time a request's job reads. That of a saved config is not
// known, and taken to be short.
func windowOf(request *langsmith.CreateInsightsJobRequest, now time.Time) time.Duration {
	if hours, ok := request.LastNHours.Get(); ok {
		return time.Duration(hours) * time.Hour
	}
	if text, ok := request.StartTime.Get(); ok {
		start, err := text.Time()
		if err != nil {
			return 0
		}
		if text, ok := request.EndTime.Get(); ok {
			if end, err := text.Time(); err == nil {
				return end.Sub(start)
			}
		}
		return now.Sub(start)
	}
	if _, ok := request.ConfigID.Get(); ok {
		return time.Hour
	}
	return 7 * 24 * time.Hour // LangSmith's default
}
