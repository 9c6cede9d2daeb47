package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/app"
)

// addTools adds the served tools.
func (b *Backend) addTools(s *mcpserver.MCPServer) {
	for _, tool := range b.tools {
		s.AddTool(describeTool(tool), b.toolHandler(tool))
	}
}

// describeTool returns a tool's entry in tools/list.
func describeTool(tool tools.Tool) mcp.Tool {
	described := mcp.Tool{
		Name:            tool.Name,
		Title:           tool.Title,
		Description:     tool.Description,
		RawInputSchema:  tool.InputSchema(),
		RawOutputSchema: tool.OutputSchema(),
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint:    mcp.ToBoolPtr(tool.Effect == tools.Reads),
			DestructiveHint: mcp.ToBoolPtr(tool.Effect == tools.Destroys),
			IdempotentHint:  mcp.ToBoolPtr(tool.Repeatable),
			OpenWorldHint:   mcp.ToBoolPtr(true),
		},
	}
	if tool.App {
		described.Meta = mcp.NewMetaFromMap(app.ToolMeta())
	}
	return described
}

// toolHandler returns what runs a tool for tools/call.
func (b *Backend) toolHandler(tool tools.Tool) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		arguments, err := rawArguments(request)
		if err != nil {
			return nil, err
		}
		env := b.env(ctx)
		env.Progress = ProgressReporter(ctx)
		elicitor := newElicitor(ctx, request)
		if elicitor != nil {
			env.Ask = elicitor.ask
		}
		reply, err := tool.Call(ctx, env, arguments)
		var question *tools.Question
		if errors.As(err, &question) {
			return elicitor.inputRequired(question), nil
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

// rawArguments returns a call's arguments as the client wrote them.
func rawArguments(request mcp.CallToolRequest) (json.RawMessage, error) {
	if len(request.Params.RawArguments) > 0 {
		return request.Params.RawArguments, nil
	}
	arguments, err := json.Marshal(request.Params.Arguments)
	if err != nil {
		return nil, fmt.Errorf("encode the arguments: %w", err)
	}
	return arguments, nil
}
