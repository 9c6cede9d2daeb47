package envelope

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
)

const argumentsParam = "arguments"

type argumentsKey struct{}

// Lighten returns a message as mcp-go is to read it: a tool's call without its
// arguments, which come along in the context. mcp-go scans a message up to six
// times on its way, and would build a tree of arguments that the tool, which
// reads them into a struct, has no use for. data is the whole message.
func (m Message) Lighten(ctx context.Context, data []byte) (context.Context, []byte) {
	if len(m.arguments) != 1 || !m.isCall() {
		return ctx, data
	}
	before, after := data[:m.arguments[0].from], data[m.arguments[0].to:]
	if bytes.HasSuffix(before, []byte("{")) {
		// It is the first parameter: the comma, if there is one, comes behind.
		after = bytes.TrimPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(","))
	}
	return context.WithValue(ctx, argumentsKey{}, m.Params[argumentsParam]), slices.Concat(before, after)
}

// Arguments returns the arguments of the call of ctx; false where no transport
// has set them aside.
func Arguments(ctx context.Context) (json.RawMessage, bool) {
	arguments, ok := ctx.Value(argumentsKey{}).(json.RawMessage)
	return arguments, ok
}
