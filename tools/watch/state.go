package watch

import (
	"errors"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// State is what is known of a job at one moment.
type State struct {
	// Report is the job as LangSmith last returned it; nil while it has not. It is
	// shared with other waiters and must not be changed.
	Report *langsmith.Report
	AsOf   time.Time // when LangSmith returned it

	Err    error // of the last poll; nil where it succeeded
	Failed int   // polls that have failed since AsOf

	Earlier Earlier // how long the project's last reports took

	End End // why the wait ended; meaningless in a Progress

	began time.Time // of the polling
}

// End is why a wait ended.
type End int

// The ends of a wait.
const (
	Done         End = iota // the job has ended, well or badly
	TimedOut                // the caller's timeout is over; or the caller only looked
	ServerEnding            // the server is about to end
	TooManyWaits            // too many callers wait already, so this one only looked
)

// Age is how long ago the job was created: as LangSmith says, but no less than it has
// been polled, whatever the clocks say.
func (s State) Age() time.Duration {
	polled := time.Since(s.began)
	if s.Report == nil || s.Report.CreatedAt.IsZero() {
		return polled
	}
	return max(time.Since(s.Report.CreatedAt.Time), polled)
}

// RetryAfter is the pause that LangSmith asked for when the last poll failed; 0 where
// it did not.
func (s State) RetryAfter() time.Duration {
	var api *langsmith.Error
	if errors.As(s.Err, &api) {
		return api.RetryAfter
	}
	return 0
}

// NextPoll is the pause between the last poll and the next.
func (s State) NextPoll() time.Duration { return max(Interval(s.Age()), s.RetryAfter()) }

// LookAgain is when it is worth looking at the job again: at the age at which the
// first of the project's earlier reports were written, as far as that is known.
func (s State) LookAgain() time.Duration {
	if left := s.Earlier.Shortest - s.Age(); left > 0 {
		return max(min(left, longestPause), s.RetryAfter())
	}
	return s.RetryAfter()
}

// longestPause bounds LookAgain: a report may be quicker than all before it.
const longestPause = 5 * time.Minute

// result returns the state as the result of a wait.
func (s State) result(end End) (State, error) {
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
