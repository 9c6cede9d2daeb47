package watch

import (
	"errors"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// State is the state of a job at a poll.
type State struct {
	// Report is the job as LangSmith last returned it; nil before that. It is shared with
	// other callers and must not be changed.
	Report *langsmith.Report
	AsOf   time.Time // when LangSmith returned it

	Err    error // of the last poll; nil if it succeeded
	Failed int   // the number of failed polls since AsOf

	ReportTimes ReportTimes // the times of the project's last reports

	End End // why the wait ended; not set for Progress

	began    time.Time // the start of the polling
	retrying bool      // whether the client is about to retry the last poll
}

// End is why a wait ended.
type End int

// The ends of a wait.
const (
	Done         End = iota // the job has ended, with success or an error
	TimedOut                // the timeout has passed, or the caller only looked
	ServerEnding            // the server is ending
	TooManyWaits            // too many callers are waiting, so this one only looked
)

// Age returns the time since the job was created, by LangSmith's clock if its responses
// have a date, but at least the time since polling began.
func (s State) Age() time.Duration {
	polled := time.Since(s.began)
	if s.Report == nil || s.Report.CreatedAt.IsZero() {
		return polled
	}
	age := time.Since(s.Report.CreatedAt.Time)
	if !s.Report.Date.IsZero() {
		age = s.Report.Date.Sub(s.Report.CreatedAt.Time) + time.Since(s.AsOf)
	}
	return max(age, polled)
}

// lastSeen returns when LangSmith last returned the job, or when the polling began.
func (s State) lastSeen() time.Time {
	if s.Report == nil {
		return s.began
	}
	return s.AsOf
}

// retryAfter returns the pause that LangSmith requested when the last poll failed; 0 for
// none.
func (s State) retryAfter() time.Duration {
	var api *langsmith.Error
	if errors.As(s.Err, &api) {
		return api.RetryAfter
	}
	return 0
}

// NextPoll returns the pause between the last poll and the next.
func (s State) NextPoll() time.Duration { return max(interval(s.Age()), s.retryAfter()) }

// NextLook returns the time until another look is worthwhile: until the job has the age at
// which the quickest of the project's last reports was created, if that is known.
func (s State) NextLook() time.Duration {
	if left := s.ReportTimes.Shortest - s.Age(); left > 0 {
		return max(min(left, maxPause), s.retryAfter())
	}
	return s.retryAfter()
}

// maxPause bounds NextLook, because a report may be quicker than those before.
const maxPause = 5 * time.Minute

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
