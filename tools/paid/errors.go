package paid

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// UncertainError says that it could not be found out whether a job was started.
// An equal call within [LookAgain] looks again before it starts anything.
type UncertainError struct {
	// Err is why the answer to the request is not known; nil when the request
	// was an earlier equal call's, and this one sent none.
	Err error
	// LookErr is why the project's jobs could not be listed since; nil when
	// they could.
	LookErr error
	// Found are the jobs that may be the one. Empty after a look: no job was
	// found, and the request may still be processed.
	Found []langsmith.Job
	// Wait is how long equal calls look for the job and start nothing; 0 where
	// they start one only when the question is answered.
	Wait time.Duration
	// Others are as in [Outcome], without those that were found.
	Others []langsmith.Job
	// Notes are as in [Outcome].
	Notes []string
}

func (e *UncertainError) Error() string {
	text := "whether a job was started is not known"
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return fmt.Sprintf("%s (%d jobs may be it)", text, len(e.Found))
}

// Unwrap returns what left it open.
func (e *UncertainError) Unwrap() error { return e.Err }

// TooManyJobsError says that LangSmith runs as many jobs as it will at once.
// Nothing was started.
type TooManyJobsError struct {
	Err        *langsmith.Error
	Unfinished []langsmith.Job // of the project, the newest first
	ListErr    error           // why they could not be listed; nil when they could
}

func (e *TooManyJobsError) Error() string { return e.Err.Error() }

// Unwrap returns LangSmith's answer.
func (e *TooManyJobsError) Unwrap() error { return e.Err }

// LimitError says that the caller started as many jobs today as the operator
// allows. Nothing was started.
type LimitError struct {
	Most   int
	Resets time.Time       // in UTC
	Others []langsmith.Job // as in [Outcome]
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%d jobs were started today, as many as are allowed", e.Most)
}

// EarlierError says that an equal call started a job and that it could not be
// read whether that one still runs. Nothing was started.
type EarlierError struct {
	Job uuid.UUID
	Err error
}

func (e *EarlierError) Error() string {
	return fmt.Sprintf("an equal call's job %s could not be read: %v", e.Job, e.Err)
}

// Unwrap returns what kept it from being read.
func (e *EarlierError) Unwrap() error { return e.Err }

// LeftError is what a caller gets who left before the outcome was known.
type LeftError struct {
	// Sent is whether the request may be under way; if so it is finished and
	// remembered, and an equal call finds what became of it.
	Sent bool
	Err  error // of the caller's context
}

func (e *LeftError) Error() string { return e.Err.Error() }

// Unwrap returns the error of the caller's context.
func (e *LeftError) Unwrap() error { return e.Err }

// ErrBusy is returned where an equal call of another process kept everyone
// waiting for longer than any request takes. Nothing was started.
var ErrBusy = errors.New("an equal call of another process has been under way for minutes")

// errInterrupted is returned where this process was stopped again and again,
// each time for longer than a slot is held.
var errInterrupted = errors.New("this server was paused again and again before it could send the request; nothing was sent")
