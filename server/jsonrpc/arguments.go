package jsonrpc

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// argumentsParam is kept from mcp-go in a tools/call: it goes over a message six
// times and builds a tree of the arguments, which the tools, who read the bytes into
// a struct, have no use for. That took a fifth to a third of the processor's time of
// a call over stdio (BenchmarkCreate).
const argumentsParam = "arguments"

// callsTool reports whether a tool is called with parameters by name.
func (m Message) callsTool() bool {
	return m.Method == string(mcp.MethodToolsCall) && m.Params != nil
}

// appendWithoutArguments writes the params as mcp-go is to read them.
func (m Message) appendWithoutArguments(data []byte) []byte {
	data = append(data, '{')
	first := true
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		if name == argumentsParam {
			continue
		}
		if !first {
			data = append(data, ',')
		}
		first = false
		data = append(append(appendText(data, name), ':'), m.Params[name]...)
	}
	return append(data, '}')
}

type argumentsKey struct{}

func withArguments(ctx context.Context, m Message) context.Context {
	arguments := m.Params[argumentsParam]
	if arguments == nil || !m.callsTool() {
		return ctx
	}
	return context.WithValue(ctx, argumentsKey{}, json.RawMessage(arguments))
}

// Arguments returns the arguments of the tools/call of ctx as they stand in the
// message; nil where there are none.
func Arguments(ctx context.Context) json.RawMessage {
	arguments, _ := ctx.Value(argumentsKey{}).(json.RawMessage)
	return arguments
}

// DecodeArguments is a middleware for tools that read their arguments from the
// request, as mcp-go's own transports give them.
func DecodeArguments(next mcpserver.ToolHandlerFunc) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if arguments := Arguments(ctx); arguments != nil {
			request.Params.RawArguments = arguments
			if err := json.Unmarshal(arguments, &request.Params.Arguments); err != nil {
				return nil, fmt.Errorf("decode the arguments: %w", err)
			}
		}
		return next(ctx, request)
	}
}
