package server

import (
	"context"
	"fmt"
	"maps"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/tasks"
	"langsmith-insights-mcp/server/web"
	"langsmith-insights-mcp/tools/tool"
)

// Tasks returns the tasks extension, for any transport.
func (b *Backend) Tasks() *tasks.Tasks { return b.tasks }

// taskKey returns the key of the caller's tasks: the authenticated subject, and the
// credentials, endpoint and workspace of the call.
func (b *Backend) taskKey(ctx context.Context) tasks.Key {
	client := b.caller(ctx).langsmith
	owner := web.Caller{Subject: web.CallerFrom(ctx).Subject, Credentials: client.Credentials()}
	return owner.Key("task " + client.Endpoint().String() + " " + client.Credentials().Workspace.String())
}

// runTask repeats a task's call.
func (b *Backend) runTask(ctx context.Context, call tasks.Call) (*mcp.CallToolResult, error) {
	t, ok := b.tool(call.Tool)
	if !ok {
		return nil, fmt.Errorf("the tool %s is no longer served", call.Tool)
	}
	env := b.env(ctx)
	env.Poll = &tool.Poll{Since: call.Made}
	reply, err := t.Call(ctx, env, call.Arguments)
	if err != nil {
		return nil, err
	}
	result := newToolResult(reply)
	result.ResultType = mcp.ResultTypeComplete
	return result, nil
}

// hideTasks removes the tasks extension from the capabilities for clients up to
// 2025-11-25, whose protocol has a different one.
func hideTasks(hooks *mcpserver.Hooks) {
	hooks.AddAfterInitialize(func(_ context.Context, _ any, _ *mcp.InitializeRequest, result *mcp.InitializeResult) {
		result.Capabilities.Extensions = maps.Clone(result.Capabilities.Extensions) // shared by all sessions
		delete(result.Capabilities.Extensions, tasks.Extension)
	})
}
