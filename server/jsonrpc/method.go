package jsonrpc

import "github.com/mark3labs/mcp-go/mcp"

// Other replaces a method that MCP does not have.
const Other = "other"

// KnownMethod returns a method for logs, traces and metrics: the method itself if it is
// MCP's, else [Other], because any other is a caller's text and may contain anything.
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
