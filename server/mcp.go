package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/envelope"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/app"
)

// Name is what the server calls itself to clients.
const Name = "langsmith-insights"

// NewMCP builds the MCP server over a backend. The same one serves every
// transport.
func NewMCP(b *Backend) *mcpserver.MCPServer {
	hooks := &mcpserver.Hooks{}
	b.rest.watch(hooks)
	s := mcpserver.NewMCPServer(Name, Version(), append(append(MCPOptions(b.logger), b.telemetry.MCPOptions()...),
		mcpserver.WithHooks(hooks),
		mcpserver.WithInstructions(instructions(b.toolNames())),
		mcpserver.WithCompletions(),
		mcpserver.WithPromptCompletionProvider(completions{b}),
		mcpserver.WithResourceCompletionProvider(completions{b}),
	)...)
	b.addTools(s, hooks)
	addApp(s)
	b.addResources(s, hooks)
	b.addReportList(hooks)
	b.addPrompts(s)
	return s
}

// MCPOptions are those of every MCP server of ours, the conformance suite's
// fixtures included.
func MCPOptions(logger zerolog.Logger) []mcpserver.ServerOption {
	options := []mcpserver.ServerOption{
		mcpserver.WithTitle("LangSmith Insights"),
		mcpserver.WithDescription("LangSmith's Insights Agent as tools"),
		mcpserver.WithRecovery(),
		mcpserver.WithToolCapabilities(false),
		mcpserver.WithResourceCapabilities(false, false),
		mcpserver.WithExtensions(map[string]any{app.Extension: app.Settings()}),
		mcpserver.WithElicitation(),
		mcpserver.WithPromptCapabilities(false),
		mcpserver.WithMethodCacheHints(mcp.MethodToolsList, configuredTTL, mcp.CacheScopePublic),
		mcpserver.WithMethodCacheHints(mcp.MethodPromptsList, configuredTTL, mcp.CacheScopePublic),
		mcpserver.WithMethodCacheHints(mcp.MethodResourcesTemplatesList, configuredTTL, mcp.CacheScopePublic),
		mcpserver.WithMethodCacheHints(mcp.MethodResourcesList, resourceListTTL, mcp.CacheScopePrivate),
	}
	if logger.Debug().Enabled() { // what mcp-go says of each request is made up whether or not it is shown
		options = append(options, mcpserver.WithLogger(libraryLogger(logger)))
	}
	return options
}

// configuredTTL is how long a client may believe a list that changes only with
// the server's configuration, in milliseconds.
const configuredTTL = 3_600_000

// handler runs a tool for MCP.
func (b *Backend) handler(tool tools.Tool) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		arguments, err := rawArguments(ctx, request)
		if err != nil {
			return nil, err
		}
		env := b.env(ctx)
		env.Progress = Progress(ctx, request)
		asking := askThrough(ctx, request)
		if asking != nil {
			env.Ask = asking.ask
		}
		reply, err := tool.Call(ctx, env, arguments)
		var question *tools.Question
		if errors.As(err, &question) {
			return asking.inputRequired(question), nil
		}
		if err != nil {
			return nil, err
		}
		result := &mcp.CallToolResult{
			Content: []mcp.Content{mcp.NewTextContent(reply.Text)},
			IsError: reply.IsError,
		}
		if reply.Structured != nil {
			result.StructuredContent = reply.Structured
		}
		return result, nil
	}
}

// rawArguments are a call's arguments as the client wrote them: from where the
// transport set them aside, or as mcp-go has read them.
func rawArguments(ctx context.Context, request mcp.CallToolRequest) (json.RawMessage, error) {
	if arguments, ok := envelope.Arguments(ctx); ok {
		return arguments, nil
	}
	if len(request.Params.RawArguments) > 0 {
		return request.Params.RawArguments, nil
	}
	arguments, err := json.Marshal(request.Params.Arguments)
	if err != nil {
		return nil, fmt.Errorf("encode the arguments: %w", err)
	}
	return arguments, nil
}
