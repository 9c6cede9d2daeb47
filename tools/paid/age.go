package paid

import (
	"time"

	"langsmith-insights-mcp/tools/paid/state"
)

// elapsed is how long ago an intent began, at the most: exactly so where this
// process measured it, and otherwise as long as an intent matters, since the
// clock of another process may be off.
func (f *inFlight) elapsed(entry state.Entry) time.Duration {
	if measured := entry.Began != entry.Began.Round(0); measured { // has a monotonic reading
		return f.ledger.now().Sub(entry.Began)
	}
	return LookAgain
}

// age is how long ago an intent began, at the least.
func (f *inFlight) age(entry state.Entry) time.Duration { return f.since(entry.Began, entry.Theirs) }

// sinceLost is how long ago the answer to an intent's request was given up, at
// the least.
func (f *inFlight) sinceLost(entry state.Entry) time.Duration {
	return max(f.age(entry)-entry.Waited, 0)
}

// since is how long ago a moment was, by this machine's clock or LangSmith's, whichever
// gives less: a clock that was set ahead then costs a look too many and never one too few.
// A clock by which the moment is in the future was set back.
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

// isYetToCome reports whether a moment is still to come by this machine's clock or by
// LangSmith's.
func (f *inFlight) isYetToCome(ours, theirs time.Time) bool {
	server := f.jobs.serverTime(time.Now())
	return f.ledger.now().Before(ours) || !server.IsZero() && server.Before(theirs)
}

// redate lets intents begin now that are in the future by every known clock: the clocks
// were set back, and the intents' age is unknown.
func (f *inFlight) redate(open []state.Entry) {
	now, server := f.ledger.now(), f.jobs.serverTime(time.Now())
	for i := range open {
		entry := &open[i]
		if now.Before(entry.Began) && (entry.Theirs.IsZero() || server.Before(entry.Theirs)) {
			entry.Began, entry.Theirs, entry.Waited = now, server, 0
			f.record(*entry)
		}
	}
}

// sentAt is when an intent's request was sent, by LangSmith's clock if that is known.
func sentAt(entry state.Entry) time.Time {
	if !entry.Theirs.IsZero() {
		return entry.Theirs
	}
	return entry.Began
}
