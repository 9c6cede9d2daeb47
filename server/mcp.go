package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/identity"
	"langsmith-insights-mcp/server/tasks"
	"langsmith-insights-mcp/tools/app"
)

// NewMCP returns the MCP server over a backend, for any transport.
func NewMCP(b *Backend) *mcpserver.MCPServer {
	hooks := &mcpserver.Hooks{}
	options := append(MCPOptions(), b.telemetry.MCPOptions()...)
	s := mcpserver.NewMCPServer(identity.Name, Version(), append(options,
		mcpserver.WithHooks(hooks),
		mcpserver.WithInstructions(b.instructions()),
		mcpserver.WithCompletions(),
		mcpserver.WithPromptCompletionProvider(completer{b}),
		mcpserver.WithResourceCompletionProvider(completer{b}),
	)...)
	hideTasks(hooks)
	omitIcons(hooks)
	b.addTools(s)
	b.addPrompts(s)
	b.addResources(s, hooks)
	b.addReportResources(hooks)
	addReportApp(s)
	return s
}

// MCPOptions returns the options of every MCP server of this program, including the
// conformance suite's.
func MCPOptions() []mcpserver.ServerOption {
	return []mcpserver.ServerOption{
		mcpserver.WithTitle(identity.Title),
		mcpserver.WithDescription(identity.Description),
		mcpserver.WithIcons(identity.Icon()),
		mcpserver.WithWebsiteURL(identity.ReadHome().Website()),
		mcpserver.WithToolCapabilities(false),
		mcpserver.WithResourceCapabilities(false, false),
		mcpserver.WithExtensions(map[string]any{app.Extension: app.Settings(), tasks.Extension: struct{}{}}),
		mcpserver.WithElicitation(),
		mcpserver.WithPromptCapabilities(false),
		mcpserver.WithMethodCacheHints(mcp.MethodToolsList, configuredListTTL, mcp.CacheScopePublic),
		mcpserver.WithMethodCacheHints(mcp.MethodPromptsList, configuredListTTL, mcp.CacheScopePublic),
		mcpserver.WithMethodCacheHints(mcp.MethodResourcesTemplatesList, configuredListTTL, mcp.CacheScopePublic),
		mcpserver.WithMethodCacheHints(mcp.MethodResourcesList, reportListTTL, mcp.CacheScopePrivate),
	}
}

// omitIcons names the server without its icon in the results of 2026-07-28, all of which
// name it: the icon is larger than many a result, and server/discover has it.
func omitIcons(hooks *mcpserver.Hooks) {
	hooks.AddOnSuccess(func(ctx context.Context, _ any, method mcp.MCPMethod, _ any, result any) {
		if metadata, ok := result.(mcp.ResultMetadata); ok && method != mcp.MethodServerDiscover && mcpserver.IsModernRequest(ctx) {
			metadata.EnsureResultMeta().SetServerInfo(mcp.Implementation{Name: identity.Name, Version: Version()})
		}
	})
}

const (
	// configuredListTTL is how long a client may keep a list that changes only
	// with the server's configuration, in milliseconds.
	configuredListTTL = 3_600_000

	// reportListTTL is how long a client may keep the list of reports, in
	// milliseconds.
	reportListTTL = 60_000
)
