package paid

import (
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// maxFreshAge is the maximum age of a report that is returned instead of a new one.
const maxFreshAge = time.Hour

// isFresh reports whether a job succeeded so recently that another one would return the
// same: within an hour, and within a tenth of the window that it read.
func (f *inFlight) isFresh(entry state.Entry, job langsmith.Job) bool {
	if job.Status != langsmith.StatusSuccess {
		return false
	}
	age := f.age(entry)
	// Both times are by LangSmith's clock, which may be wrong.
	if took := job.EndTime.Sub(job.CreatedAt.Time); !job.EndTime.IsZero() && took > 0 && took < age {
		age -= took
	}
	return age < min(maxFreshAge, f.window()/10)
}

// window returns the length of the window that the call's job reads. That of a saved
// config is unknown, and assumed to be short.
func (f *inFlight) window() time.Duration {
	start, end, known := f.call.Request.Window(f.ledger.now())
	if !known {
		return time.Hour
	}
	return end.Sub(start)
}
