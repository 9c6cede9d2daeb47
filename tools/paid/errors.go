package paid

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// UncertainError reports that it is unknown whether a job was started. An equal call within
// [LookAgain] looks again before it starts anything.
type UncertainError struct {
	// Err is why the outcome of the request is unknown; nil if an earlier equal call sent
	// the request and this one sent none.
	Err error
	// LookErr is why the project's jobs could not be listed afterwards; nil if they could.
	LookErr error
	// Found has the jobs that may be the call's. If it is empty, a look found no job, and
	// the request may still be processed.
	Found []langsmith.Job
	// Wait is how long equal calls look for the job and start nothing; 0 if they start
	// none until the outcome is known.
	Wait time.Duration
	// Others are as in [Outcome], without those that were found.
	Others []langsmith.Job
	// Notes are as in [Outcome].
	Notes []string
}

func (e *UncertainError) Error() string {
	text := "it is unknown whether a job was started"
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return fmt.Sprintf("%s (%d jobs may be it)", text, len(e.Found))
}

// Unwrap returns the cause of the uncertainty.
func (e *UncertainError) Unwrap() error { return e.Err }

// TooManyJobsError reports that LangSmith runs as many jobs at once as it allows. Nothing
// was started.
type TooManyJobsError struct {
	Err        *langsmith.Error
	Unfinished []langsmith.Job // of the project, the newest first
	ListErr    error           // why they could not be listed; nil if they could
}

func (e *TooManyJobsError) Error() string { return e.Err.Error() }

// Unwrap returns LangSmith's error.
func (e *TooManyJobsError) Unwrap() error { return e.Err }

// LimitError reports that the caller started as many jobs today as the operator allows.
// Nothing was started.
type LimitError struct {
	Most   int
	Resets time.Time       // in UTC
	Others []langsmith.Job // as in [Outcome]
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%d jobs were started today, the most that are allowed", e.Most)
}

// EarlierError reports that an equal call started a job whose state could not be read.
// Nothing was started.
type EarlierError struct {
	Job uuid.UUID
	Err error
}

func (e *EarlierError) Error() string {
	return fmt.Sprintf("an equal call's job %s could not be read: %v", e.Job, e.Err)
}

// Unwrap returns why it could not be read.
func (e *EarlierError) Unwrap() error { return e.Err }

// DisconnectedError is the error for a caller that disconnected before the outcome was known.
type DisconnectedError struct {
	// Sent is whether the request may have been sent. If so, the call continues and its
	// outcome is remembered, so that an equal call finds it.
	Sent bool
	Err  error // of the caller's context
}

func (e *DisconnectedError) Error() string { return e.Err.Error() }

// Unwrap returns the error of the caller's context.
func (e *DisconnectedError) Unwrap() error { return e.Err }

// ErrBusy is the error if an equal call of another process has held the slot for longer
// than any request takes. Nothing was started.
var ErrBusy = errors.New("an equal call of another process has been in progress for minutes")

// errInterrupted is the error if this process was paused repeatedly, each time for longer
// than a slot is held.
var errInterrupted = errors.New("this server was paused repeatedly before it could send the request; nothing was sent")
