package watch

import (
	"errors"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// State is what is known of a job at one moment.
type State struct {
	// Report is the job as LangSmith last told it, shared with other waiters
	// and not to be changed; nil when it has told nothing yet.
	Report *langsmith.Report
	AsOf   time.Time // when that was

	Err    error // why the last look failed; nil when it did not
	Failed int   // looks that failed since Report was told

	Earlier Earlier // how long the project's last reports took

	End End // of a wait; meaningless in a Progress

	began time.Time // of the follow
}

// End is why a wait is over.
type End int

// The ends of a wait.
const (
	Done         End = iota // the job has ended, well or badly
	TimedOut                // the caller's time is over, or it only looked
	ServerEnding            // the server is about to end
	Crowded                 // too many wait already; this one only looked
)

// Age is how long ago the job was created: by LangSmith's account, but no less
// than it has been followed, whatever the clocks say.
func (s State) Age() time.Duration {
	followed := time.Since(s.began)
	if s.Report == nil || s.Report.CreatedAt.IsZero() {
		return followed
	}
	return max(time.Since(s.Report.CreatedAt.Time), followed)
}

// AskedPause is how long LangSmith asked to be left alone when the last look
// failed; 0 when it did not.
func (s State) AskedPause() time.Duration {
	var api *langsmith.Error
	if errors.As(s.Err, &api) {
		return api.RetryAfter
	}
	return 0
}

// LookAgain is when it is worth looking at the job again: when the first of the
// project's reports were there at its age, as far as that is known.
func (s State) LookAgain() time.Duration {
	if left := s.Earlier.Shortest - s.Age(); left > 0 {
		return max(min(left, longestPause), s.AskedPause())
	}
	return s.AskedPause()
}

// longestPause bounds for how long nobody is told to look: a report may be
// quicker than all before it.
const longestPause = 5 * time.Minute

// ended is the state as the result of a wait.
func (s State) ended(end End) (State, error) {
	switch {
	case s.Report != nil:
		s.End = end
		return s, nil
	case s.Err != nil:
		return State{}, s.Err
	case end == ServerEnding:
		return State{}, ErrEnding
	}
	return State{}, ErrNoAnswer
}
