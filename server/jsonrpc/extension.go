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

	// Subscribe returns what the extension tells a client on a subscriptions/listen,
	// nil for nothing.
	Subscribe(ctx context.Context, m Message) (*Subscription, *mcp.JSONRPCErrorDetails)
}

// Payload is a result, or the params of a notification, for which mcp-go has no type. As
// the structured content of a tool's result it takes that result's place on the wire.
type Payload interface {
	// WithMeta returns what goes on the wire, with a _meta.
	WithMeta(meta *mcp.Meta) any
}

// replaceResult returns what goes on the wire for mcp-go's result.
func replaceResult(result any) any {
	if call, ok := result.(*mcp.CallToolResult); ok && call != nil {
		if payload, ok := call.StructuredContent.(Payload); ok {
			return payload.WithMeta(call.Meta)
		}
	}
	return result
}
