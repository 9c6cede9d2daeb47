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
	return age < min(freshReport, f.window()/10)
}

// window is how much time the call's job reads. That of a saved config is not known,
// and taken to be short.
func (f *inFlight) window() time.Duration {
	start, end, known := f.call.Request.Window(f.ledger.now())
	if !known {
		return time.Hour
	}
	return end.Sub(start)
}
