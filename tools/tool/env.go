package tool

import (
	"context"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/watch"
)

// Env is what a tool's function works with besides its arguments. It belongs to
// one call and its caller: their credentials, their caches, their progress.
type Env struct {
	LangSmith *langsmith.Client
	Projects  *ProjectCache  // the caller's
	Scopes    *scope.Memory  // of the jobs that the caller started here
	Paid      *paid.Ledger   // the memory of paid calls
	Watch     *watch.Watcher // polls a job once, however many wait for it
	Locks     *KeyedMutex    // the caller's; nil where calls never overlap
	Policy    Policy

	// DefaultProject is the name of the project of calls that name none; empty
	// where they have to.
	DefaultProject string

	// RequestID is the call's in the log.
	RequestID string

	// Subject is who makes the call, as a fingerprint for the log; empty where
	// nothing guards the server.
	Subject string

	// Progress reports how far the call has come; nil where the client asked for
	// no reports. Tools call [Env.ReportProgress].
	Progress func(Progress)

	// Ask puts a question to a person; nil where the client cannot. Tools call
	// [Env.AskPerson].
	Ask func(context.Context, *Question) (*Answer, error)

	// Poll is set where the caller polls, of tools that may wait ([Declaration.MayWait]):
	// rather than wait, they return [*Unfinished] as their error.
	Poll *Poll

	// Ending is closed when the server is about to end. Waiting tools return then.
	Ending <-chan struct{}
}

// Progress is how far a call has come.
type Progress struct {
	Done    float64
	Total   float64 // 0 where it is unknown
	Message string
}

// ReportProgress reports how far the call has come, if the client asked for that.
func (e *Env) ReportProgress(done, total int, message string) {
	if e.Progress != nil {
		e.Progress(Progress{Done: float64(done), Total: float64(total), Message: message})
	}
}
