package server

import (
	"context"
	"errors"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
	"langsmith-insights-mcp/server/tasks"
	"langsmith-insights-mcp/tools/app"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/tool"
)

// addTools adds the served tools.
func (b *Backend) addTools(s *mcpserver.MCPServer) {
	for _, t := range b.tools {
		s.AddTool(describeTool(t), b.toolHandler(t))
	}
}

// describeTool returns a tool's entry in tools/list.
func describeTool(t tool.Tool) mcp.Tool {
	described := mcp.Tool{
		Name:            t.Name,
		Title:           t.Title,
		Description:     t.Description,
		RawInputSchema:  t.InputSchema(),
		RawOutputSchema: t.OutputSchema(),
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint:    mcp.ToBoolPtr(t.Effect == tool.Reads),
			DestructiveHint: mcp.ToBoolPtr(t.Effect == tool.Destroys),
			IdempotentHint:  mcp.ToBoolPtr(t.Repeatable),
			OpenWorldHint:   mcp.ToBoolPtr(true),
		},
	}
	if t.App {
		described.Meta = mcp.NewMetaFromMap(app.ToolMeta())
	}
	return described
}

// toolHandler returns the handler of tools/call for a tool.
func (b *Backend) toolHandler(t tool.Tool) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ctx, record := newCallRecord(ctx, t.Name, b.caller(ctx).langsmith.Fingerprint())
		defer func() { record.log(b.logger) }()
		env := b.env(ctx)
		env.RequestID, env.Subject = record.requestID, record.subject
		env.Progress = ProgressReporter(ctx)
		elicitor := newElicitor(ctx, request, b.ledger)
		if elicitor != nil {
			env.Ask = elicitor.ask
		}
		if t.MayWait && tasks.IsAccepted(ctx) {
			env.Poll = &tool.Poll{Since: time.Now().Truncate(time.Millisecond)}
		}
		reply, err := t.Call(ctx, env, jsonrpc.Arguments(ctx))
		record.end(reply, err)
		var question *tool.Question
		var unfinished *tool.UnfinishedError
		switch {
		case errors.As(err, &question):
			return elicitor.requireInput(question)
		case errors.As(err, &unfinished):
			return b.tasks.Create(ctx, t.Name, env.Poll.Since, unfinished)
		case errors.Is(err, context.Canceled) && b.hasEnded():
			return newToolResult(newShutdownReply(t, err)), nil
		case err != nil:
			return nil, err
		}
		return newToolResult(reply), nil
	}
}

// newShutdownReply returns the reply of a call that the server's shutdown ended.
func newShutdownReply(t tool.Tool, err error) tool.Reply {
	reply := tool.Reply{IsError: true, Err: err, Text: "This server shut down before the call was done. Call again when it is back."}
	var left *paid.DisconnectedError
	switch {
	case errors.As(err, &left) && left.Sent:
		reply.Text = "This server shut down while it started a job. The job may exist and cost money: look for it with list_insights_jobs before you call again."
	case t.Effect != tool.Reads && left == nil:
		reply.Text = "This server shut down before the call was done. The change may have been made: check before you call again."
	}
	return reply
}

func newToolResult(reply tool.Reply) *mcp.CallToolResult {
	result := &mcp.CallToolResult{
		Content: []mcp.Content{mcp.NewTextContent(reply.Text)},
		IsError: reply.IsError,
	}
	if reply.Structured != nil {
		result.StructuredContent = reply.Structured
	}
	return result
}
