package jsonrpc

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
)

// The methods of the tasks extension that mcp-go does not have.
const (
	MethodTasksGet    = "tasks/get"
	MethodTasksUpdate = "tasks/update"
	MethodTasksCancel = "tasks/cancel"
)

// Extension answers requests that mcp-go has no answer for.
type Extension interface {
	// Answer returns the response to a message, whose id does not count. ok is false
	// where mcp-go is to answer.
	Answer(ctx context.Context, m Message) (response mcp.JSONRPCMessage, ok bool)
}

// ResultReplacer is the structured content of a tool's result that is another result
// on the wire, for which mcp-go has no type.
type ResultReplacer interface {
	// ReplaceResult returns the result in its place, with the result's _meta.
	ReplaceResult(meta *mcp.Meta) any
}

// replaceResult returns what goes on the wire for mcp-go's result.
func replaceResult(result any) any {
	if call, ok := result.(*mcp.CallToolResult); ok && call != nil {
		if replacer, ok := call.StructuredContent.(ResultReplacer); ok {
			return replacer.ReplaceResult(call.Meta)
		}
	}
	return result
}
