package tool

import (
	"context"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/watch"
)

// Env is everything a tool's function may work with, bound to the caller of one
// call: their credentials, their caches, their progress.
type Env struct {
	LangSmith *langsmith.Client
	Projects  *ProjectCache  // of this caller
	Paid      *paid.Ledger   // the memory of paid calls
	Watch     *watch.Watcher // one poll a job, however many wait
	Locks     *KeyedMutex    // of this caller; nil where calls come one after the other
	Policy    Policy

	// DefaultProject is the name of the project when a call names none; empty
	// where there is no such default.
	DefaultProject string

	// Progress reports how a long call goes; nil when the caller did not ask.
	Progress func(Progress)

	// Ask puts a question to a person; see [Env.ask].
	Ask func(context.Context, *Question) (*Answer, error)

	// Ending is closed when the server is about to end: waits answer then.
	Ending <-chan struct{}
}

// Progress is how far a long call has come.
type Progress struct {
	Done    float64
	Total   float64 // 0 when unknown
	Message string
}

// ReportProgress reports how far a call has come to a caller who asked for it.
func (e *Env) ReportProgress(done, total int, message string) {
	if e.Progress != nil {
		e.Progress(Progress{Done: float64(done), Total: float64(total), Message: message})
	}
}
