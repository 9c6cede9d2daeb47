package tools

import (
	"context"
	"errors"

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
	Turns     *Turns         // of this caller; nil where calls come one after the other
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

// Policy is what the operator allows, above anything that a call may ask for.
type Policy struct {
	MaxSample      int    // the most traces a job may read; 0 for LangSmith's own bound
	MaxJobsPerDay  int    // paid jobs a caller may start in a day; 0 for any number
	Confirm        bool   // a person must agree before money is spent
	HideRunContent bool   // inputs, outputs and summaries of runs are left out
	ChatsDir       string // the folder whose files analyze_chat_histories may read; empty for none
}

// Progress is how far a long call has come.
type Progress struct {
	Done    float64
	Total   float64 // 0 when unknown
	Message string
}

// Question is something only a person can answer. As an error it leaves a tool
// that cannot go on without the answer; the call is made again with it.
type Question struct {
	ID      string   // the same each time the same thing is asked
	Text    string   // the question, with the figures it turns on
	Choices []Choice // one of them is the answer; none for yes or no
}

func (q *Question) Error() string { return "needs an answer: " + q.Text }

// Choice is one possible answer.
type Choice struct {
	Value string // what the tool gets
	Title string // what the person sees
}

// Answer is what a person said.
type Answer struct {
	Accepted bool   // false when they declined or dismissed the question
	Value    string // of the choice
}

// ErrCannotAsk is returned by Env.Ask where the client has no way to put a
// question to a person.
var ErrCannotAsk = errors.New("the client cannot ask a person")

// ask puts a question to a person. It returns ErrCannotAsk where nobody can be
// asked, and the question itself, to be returned as the tool's error, where the
// answer comes with a second call.
func (e *Env) ask(ctx context.Context, question *Question) (*Answer, error) {
	if e.Ask == nil {
		return nil, ErrCannotAsk
	}
	return e.Ask(ctx, question)
}

// progress reports how far a call has come to a caller who asked for it.
func (e *Env) progress(done, total int, message string) {
	if e.Progress != nil {
		e.Progress(Progress{Done: float64(done), Total: float64(total), Message: message})
	}
}

func isForCaller(err error) bool {
	var question *Question
	return errors.As(err, &question) || errors.Is(err, context.Canceled)
}
