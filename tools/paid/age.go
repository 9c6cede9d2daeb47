package paid

import (
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// elapsed returns the longest time that can have passed since an intent began: the exact
// time if this process measured it, else LookAgain, because the clock of another process
// may be wrong.
func (f *inFlight) elapsed(entry state.Entry) (age time.Duration, exact bool) {
	if measured := entry.Began != entry.Began.Round(0); measured { // it has a monotonic reading
		return f.ledger.now().Sub(entry.Began), true
	}
	return LookAgain, false
}

// age returns the shortest time that can have passed since an intent began.
func (f *inFlight) age(entry state.Entry) time.Duration {
	return f.since(entry.Began, entry.ServerTime)
}

// sinceLost returns the shortest time that can have passed since an intent's response was
// given up.
func (f *inFlight) sinceLost(entry state.Entry) time.Duration {
	return max(f.age(entry)-entry.Waited, 0)
}

// since returns the time since a moment, by this machine's clock or LangSmith's,
// whichever gives less: a clock that was set ahead then causes an unnecessary look, never
// a missing one. A clock by which the moment is in the future was set back.
func (f *inFlight) since(local, serverTime time.Time) time.Duration {
	byLocal, byServer := f.ledger.now().Sub(local), time.Duration(-1)
	if now := f.jobs.serverTime(time.Now()); !now.IsZero() && !serverTime.IsZero() {
		byServer = now.Sub(serverTime)
	}
	if byLocal < 0 || byServer < 0 {
		return max(byLocal, byServer, 0)
	}
	return min(byLocal, byServer)
}

// isFuture reports whether a moment is in the future by this machine's clock or by
// LangSmith's.
func (f *inFlight) isFuture(local, serverTime time.Time) bool {
	server := f.jobs.serverTime(time.Now())
	return f.ledger.now().Before(local) || !server.IsZero() && server.Before(serverTime)
}

// resetBegin lets intents begin now if they are in the future by every known clock: the
// clocks were set back, and the age of the intents is unknown.
func (f *inFlight) resetBegin(open []state.Entry) {
	now, server := f.ledger.now(), f.jobs.serverTime(time.Now())
	for i := range open {
		entry := &open[i]
		if now.Before(entry.Began) && (entry.ServerTime.IsZero() || !server.IsZero() && server.Before(entry.ServerTime)) {
			entry.Began, entry.ServerTime, entry.Waited = now, server, 0
			f.record(*entry)
		}
	}
}

// sendTime returns when an intent's request was sent, by LangSmith's clock if that is
// known.
func sendTime(entry state.Entry) time.Time {
	if !entry.ServerTime.IsZero() {
		return entry.ServerTime
	}
	return entry.Began
}

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
