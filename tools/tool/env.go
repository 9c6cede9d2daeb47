package tool

import (
	"context"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/watch"
)

// Env has the dependencies of a tool's function. It belongs to one call and its caller:
// their credentials, their caches, their progress.
type Env struct {
	LangSmith *langsmith.Client
	Projects  *ProjectCache  // the caller's
	Scopes    *scope.Memory  // of the jobs that the caller started here
	Paid      *paid.Ledger   // the memory of paid calls
	Watch     *watch.Watcher // polls a job once, however many wait for it
	Locks     *KeyedMutex    // the caller's; nil if calls never overlap
	Policy    Policy

	// DefaultProject is the name of the project of calls that name none; empty if they
	// have to.
	DefaultProject string

	// RequestID is the call's id in the log.
	RequestID string

	// Audience is who reads the call's errors.
	Audience advice.Audience

	// Subject is the fingerprint of the authenticated caller, for the log; empty without
	// authentication.
	Subject string

	// Progress reports the call's progress; nil if the client requested none. Tools call
	// [Env.ReportProgress].
	Progress func(Progress)

	// Ask asks a person; nil if the client cannot. Tools call [Env.AskPerson].
	Ask func(context.Context, *Question) (*Answer, error)

	// Poll is set if the caller of a tool that may wait ([Declaration.MayWait]) polls: the
	// tool then returns [*UnfinishedError] as its error and does not wait.
	Poll *Poll

	// Ending is closed when the server shuts down. Waiting tools return then.
	Ending <-chan struct{}
}

// Progress is the progress of a call.
type Progress struct {
	Done    float64
	Total   float64 // 0 if unknown
	Message string
}

// ReportProgress reports the call's progress, if the client requested it.
func (e *Env) ReportProgress(done, total int, message string) {
	if e.Progress != nil {
		e.Progress(Progress{Done: float64(done), Total: float64(total), Message: message})
	}
}
