package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools"
)

// ProgressReporter returns what reports a call's progress to its caller; nil where
// the caller did not ask for it.
func ProgressReporter(ctx context.Context, request mcp.CallToolRequest) func(tools.Progress) {
	if request.Params.Meta == nil || request.Params.Meta.ProgressToken == nil {
		return nil
	}
	token := request.Params.Meta.ProgressToken
	return func(progress tools.Progress) {
		params := map[string]any{"progressToken": token, "progress": progress.Done}
		if progress.Total > 0 {
			params["total"] = progress.Total
		}
		if progress.Message != "" {
			params["message"] = progress.Message
		}
		notify(ctx, string(mcp.MethodNotificationProgress), params)
	}
}

// notify sends a notification to the caller of ctx. One that cannot be sent is
// lost, so nothing is told only by a notification.
func notify(ctx context.Context, method string, params map[string]any) {
	// Transports of this program send in order; mcp-go's own way does not
	// (mark3labs/mcp-go#969).
	type notifier interface {
		Notify(mcp.JSONRPCNotification) error
	}
	if session, ok := mcpserver.ClientSessionFromContext(ctx).(notifier); ok {
		_ = session.Notify(mcp.JSONRPCNotification{
			JSONRPC: mcp.JSONRPC_VERSION,
			Notification: mcp.Notification{
				Method: method,
				Params: mcp.NotificationParams{AdditionalFields: params},
			},
		})
		return
	}
	if server := mcpserver.ServerFromContext(ctx); server != nil {
		_ = server.SendNotificationToClient(ctx, method, params)
	}
}
