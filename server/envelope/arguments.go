package envelope

import (
	"context"
	"encoding/json"
	"maps"
)

const argumentsParam = "arguments"

type argumentsKey struct{}

// Lighten returns a message as mcp-go is to read it: a tool's call without its
// arguments, which come along in the context. mcp-go scans a message up to six
// times on its way, and would build a tree of arguments that the tool, which
// reads them into a struct, has no use for. data is the whole message.
func (m Message) Lighten(ctx context.Context, data []byte) (context.Context, []byte) {
	arguments, ok := m.Params[argumentsParam]
	if !ok || !m.isCall() {
		return ctx, data
	}
	m.Params = maps.Clone(m.Params)
	delete(m.Params, argumentsParam)
	light, err := json.Marshal(m)
	if err != nil {
		return ctx, data
	}
	return context.WithValue(ctx, argumentsKey{}, arguments), light
}

// Arguments returns the arguments of the call of ctx; false where no transport
// has set them aside.
func Arguments(ctx context.Context) (json.RawMessage, bool) {
	arguments, ok := ctx.Value(argumentsKey{}).(json.RawMessage)
	return arguments, ok
}
