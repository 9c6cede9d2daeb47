// Package tool is how a tool is defined: its declaration, the schemas that derive
// from its structs, the checking of its arguments, the rendering of its result
// inside a budget, and what its function works with.
package tool

import (
	"context"
	"encoding/json"

	"langsmith-insights-mcp/tools/markdown"
)

// Effect is the kind of change or cost that a tool causes.
type Effect int

// The effects, from harmless to grave.
const (
	Reads    Effect = iota // changes nothing
	Writes                 // creates or changes something
	Spends                 // costs model tokens, or starts a job that does
	Destroys               // deletes something
)

func (e Effect) String() string {
	return [...]string{"reads", "writes", "spends money", "destroys"}[e]
}

// Declaration describes a tool to clients, models and operators.
type Declaration struct {
	Name        string
	Title       string // for people, in lists
	Description string // for models: what it does, when to use it, its cost and duration, what comes next
	Effect      Effect
	Repeatable  bool   // a second call with the same arguments changes nothing more
	Toolset     string // the group that --tools may name
	App         bool   // the report App can show its result
	MayWait     bool   // its result may take minutes: it can be polled ([Env.Poll])

	// ResultOf names a tool whose output schema describes this one's result too; empty if
	// the tool has an output schema of its own.
	ResultOf string

	// ResultAdds are the fields that the result has besides those.
	ResultAdds []string
}

// Tool is a declared tool, ready to be called.
type Tool struct {
	Declaration

	schemas schemas
	call    func(context.Context, *Env, json.RawMessage) (Reply, error)
}

// Define returns the tool of a function whose result has one size. See [DefineResizable]
// for lists, and for results with long texts. It panics if a struct has no JSON Schema.
func Define[In any, Out Result](declaration Declaration, run func(context.Context, *Env, In) (Out, error)) Tool {
	return DefineResizable(declaration, func(ctx context.Context, env *Env, in In) (*Resizable[Out], error) {
		out, err := run(ctx, env, in)
		return &Resizable[Out]{Build: func(int, int) Out { return out }}, err
	})
}

// DefineResizable returns the tool of a function whose result is built in the size that
// fits its budget. It panics if a struct has no JSON Schema.
func DefineResizable[In any, Out Result](declaration Declaration, run func(context.Context, *Env, In) (*Resizable[Out], error)) Tool {
	derived := deriveSchemas[In, Out](declaration)
	return Tool{
		Declaration: declaration,
		schemas:     derived,
		call: func(ctx context.Context, env *Env, arguments json.RawMessage) (Reply, error) {
			var in In
			if err := readArguments(derived, env, arguments, &in); err != nil {
				return Reply{}, err
			}
			out, err := run(ctx, env, in)
			if err != nil {
				return Reply{}, err
			}
			_, reply, err := out.Fit()
			return reply, err
		},
	}
}

// InputSchema returns the JSON Schema of the arguments, draft 2020-12.
func (t Tool) InputSchema() json.RawMessage { return t.schemas.input }

// OutputSchema returns the JSON Schema of the structured content.
func (t Tool) OutputSchema() json.RawMessage { return t.schemas.output }

// ResultSchema returns the complete JSON Schema of the structured content, for the
// reference. Clients do not get it. It is derived on each call, so that the start does not
// wait for it.
func (t Tool) ResultSchema() json.RawMessage {
	r := newReflector()
	r.AllowAdditionalProperties = true
	return encode(r.ReflectFromType(t.schemas.result))
}

// Call checks the arguments, runs the tool and renders its result. A failure is a Reply
// with IsError set, and a text for an agent. An error is returned only for a [*Question]
// that a person must answer first, for a result that is [*UnfinishedError], and for a caller who
// has gone.
func (t Tool) Call(ctx context.Context, env *Env, arguments json.RawMessage) (Reply, error) {
	reply, err := t.call(ctx, env, arguments)
	if err == nil {
		return reply, nil
	}
	if IsNotFound(err) {
		if wrong := env.explainWrongKind(ctx, arguments); wrong != nil {
			err = wrong
		}
	}
	if IsInterruption(err) {
		return Reply{}, err
	}
	text, _ := markdown.Shorten(markdown.Clean(env.Explain(t.Declaration, err)), DefaultBudget-1)
	return Reply{Text: text, IsError: true, NotFound: isAboutMissing(err), Err: err}, nil
}
