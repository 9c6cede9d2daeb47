package paid

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Result is the outcome of a paid call, as a word for logs and counters.
type Result string

// The results.
const (
	ResultStarted        Result = "started"
	ResultAlreadyRunning Result = "already_running" // an equal call's job was returned, so a duplicate was prevented
	ResultAlreadyDone    Result = "already_done"    // the same, with a finished report
	ResultProbably       Result = "probably_started"
	ResultUncertain      Result = "uncertain"
	ResultRefused        Result = "refused"       // by LangSmith; nothing was started
	ResultTooMany        Result = "too_many_jobs" // refused by LangSmith for now
	ResultLimit          Result = "limit"         // refused by --max-jobs-per-day
	ResultDeclined       Result = "declined"      // by a person
	ResultDisconnected   Result = "left"          // the caller disconnected before anything was sent
	ResultFailed         Result = "failed"        // nothing was sent
)

// Results lists the results, so that a counter of each begins at 0.
func Results() []Result {
	return []Result{
		ResultStarted, ResultAlreadyRunning, ResultAlreadyDone, ResultProbably, ResultUncertain, ResultRefused,
		ResultTooMany, ResultLimit, ResultDeclined, ResultDisconnected, ResultFailed,
	}
}

func newResult(outcome *Outcome, err error) Result {
	var uncertain *UncertainError
	var many *TooManyJobsError
	var limit *LimitError
	var earlier *EarlierError
	var api *langsmith.Error
	switch {
	case err == nil && outcome.AlreadyRunning:
		return ResultAlreadyRunning
	case err == nil && outcome.AlreadyDone:
		return ResultAlreadyDone
	case err == nil && outcome.Probably:
		return ResultProbably
	case err == nil:
		return ResultStarted
	case errors.As(err, &uncertain):
		return ResultUncertain
	case errors.As(err, &many):
		return ResultTooMany
	case errors.As(err, &limit):
		return ResultLimit
	case errors.As(err, &earlier):
		return ResultFailed
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ResultDisconnected
	case errors.As(err, &api) && api.Status != 0:
		return ResultRefused
	}
	return ResultFailed
}

// audit logs a paid call on one line.
func (l *Ledger) audit(call *Call, intent uuid.UUID, outcome *Outcome, err error) {
	job := uuid.Nil
	if outcome != nil {
		job = outcome.Job.ID
	}
	l.writeAuditLine(call, intent, job, newResult(outcome, err), slices.Contains(joinNotes(outcome, err), noteNoStore))
}

// joinNotes returns a call's notes.
func joinNotes(outcome *Outcome, err error) []string {
	var uncertain *UncertainError
	switch {
	case outcome != nil:
		return outcome.Notes
	case errors.As(err, &uncertain):
		return uncertain.Notes
	}
	return nil
}

// writeAuditLine logs the caller by the fingerprint of the credential and the request by
// a digest: neither can be reversed. The line is a warning if it is not known for sure
// which job was started, or if no other process knows of the call, because the state could
// not be used.
func (l *Ledger) writeAuditLine(call *Call, intent, job uuid.UUID, result Result, stateLost bool) {
	line := l.log.Info()
	if stateLost || result == ResultUncertain || result == ResultProbably {
		line = l.log.Warn()
	}
	if stateLost {
		line = line.Bool("state_lost", true)
	}
	if line.Enabled() {
		line = line.Str("caller", call.fingerprint).Str("endpoint", call.endpoint).Stringer("project", call.Project).Str("body", call.body)
		if call.RequestID != "" {
			line = line.Str("request_id", call.RequestID)
		}
		if call.Subject != "" {
			line = line.Str("subject", call.Subject)
		}
		if call.workspace != uuid.Nil {
			line = line.Stringer("workspace", call.workspace)
		}
		if intent != uuid.Nil {
			line = line.Stringer("intent", intent)
		}
		if job != uuid.Nil {
			line = line.Stringer("job", job)
		}
		line.Str("outcome", string(result)).Msg("paid call")
	}
	l.observe(result)
}
