package paid

import (
	"time"

	"langsmith-insights-mcp/tools/paid/state"
)

// elapsed returns the longest time that can have passed since an intent began: the exact
// time if this process measured it, else LookAgain, because the clock of another process
// may be wrong.
func (f *inFlight) elapsed(entry state.Entry) time.Duration {
	if measured := entry.Began != entry.Began.Round(0); measured { // it has a monotonic reading
		return f.ledger.now().Sub(entry.Began)
	}
	return LookAgain
}

// age returns the shortest time that can have passed since an intent began.
func (f *inFlight) age(entry state.Entry) time.Duration { return f.since(entry.Began, entry.Theirs) }

// sinceLost returns the shortest time that can have passed since an intent's response was
// given up.
func (f *inFlight) sinceLost(entry state.Entry) time.Duration {
	return max(f.age(entry)-entry.Waited, 0)
}

// since returns the time since a moment, by this machine's clock or LangSmith's,
// whichever gives less: a clock that was set ahead then causes an unnecessary look, never
// a missing one. A clock by which the moment is in the future was set back.
func (f *inFlight) since(ours, theirs time.Time) time.Duration {
	byOurs, byTheirs := f.ledger.now().Sub(ours), time.Duration(-1)
	if now := f.jobs.serverTime(time.Now()); !now.IsZero() && !theirs.IsZero() {
		byTheirs = now.Sub(theirs)
	}
	if byOurs < 0 || byTheirs < 0 {
		return max(byOurs, byTheirs, 0)
	}
	return min(byOurs, byTheirs)
}

// isFuture reports whether a moment is in the future by this machine's clock or by
// LangSmith's.
func (f *inFlight) isFuture(ours, theirs time.Time) bool {
	server := f.jobs.serverTime(time.Now())
	return f.ledger.now().Before(ours) || !server.IsZero() && server.Before(theirs)
}

// resetBegin lets intents begin now if they are in the future by every known clock: the
// clocks were set back, and the age of the intents is unknown.
func (f *inFlight) resetBegin(open []state.Entry) {
	now, server := f.ledger.now(), f.jobs.serverTime(time.Now())
	for i := range open {
		entry := &open[i]
		if now.Before(entry.Began) && (entry.Theirs.IsZero() || server.Before(entry.Theirs)) {
			entry.Began, entry.Theirs, entry.Waited = now, server, 0
			f.record(*entry)
		}
	}
}

// sentAt returns when an intent's request was sent, by LangSmith's clock if that is
// known.
func sentAt(entry state.Entry) time.Time {
	if !entry.Theirs.IsZero() {
		return entry.Theirs
	}
	return entry.Began
}
