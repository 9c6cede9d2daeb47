package jsonrpc

import "github.com/mark3labs/mcp-go/mcp"

// Other stands for a method that MCP does not have.
const Other = "other"

// KnownMethod is a method as it may be shown in logs, traces and metrics: MCP's
// own by their names. Any other was written by a caller, and may hold whatever
// callers hold.
func KnownMethod(method string) string {
	switch mcp.MCPMethod(method) {
	case "", mcp.MethodInitialize, mcp.MethodPing, mcp.MethodServerDiscover, mcp.MethodSetLogLevel,
		mcp.MethodToolsList, mcp.MethodToolsCall,
		mcp.MethodPromptsList, mcp.MethodPromptsGet, mcp.MethodCompletionComplete,
		mcp.MethodResourcesList, mcp.MethodResourcesTemplatesList, mcp.MethodResourcesRead,
		mcp.MethodResourcesSubscribe, mcp.MethodResourcesUnsubscribe, mcp.MethodSubscriptionsListen,
		mcp.MethodNotificationInitialized, mcp.MethodNotificationCancelled, mcp.MethodNotificationProgress,
		mcp.MethodNotificationRootsListChanged,
		MethodTasksGet, MethodTasksUpdate, MethodTasksCancel:
		return method
	}
	return Other
}
