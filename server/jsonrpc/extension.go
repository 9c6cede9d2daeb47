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

// Extension handles requests that mcp-go does not know.
type Extension interface {
	// Handle returns the response to a message; its id is ignored. ok is false for a
	// message that mcp-go handles.
	Handle(ctx context.Context, m *Message) (response mcp.JSONRPCMessage, ok bool)

	// Subscribe returns the extension's part of a client's subscriptions/listen, nil for
	// none.
	Subscribe(ctx context.Context, m *Message) (*Subscription, *mcp.JSONRPCErrorDetails)
}

// Payload is a result, or the params of a notification, for which mcp-go has no type. If it
// is the structured content of a tool's result, it replaces that result on the wire.
type Payload interface {
	// WithMeta returns the value to send, with a _meta.
	WithMeta(meta *mcp.Meta) any
}
