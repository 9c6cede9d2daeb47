package server

import (
	"context"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/app"
)

// addTools offers the tools. Their schemas, which take longer to derive than
// all else that is done at the start, are derived when somebody lists them.
func (b *Backend) addTools(s *mcpserver.MCPServer, hooks *mcpserver.Hooks) {
	byName := map[string]tools.Tool{}
	for _, tool := range b.tools {
		byName[tool.Name] = tool
		s.AddTool(describe(tool), b.handler(tool))
	}
	hooks.AddAfterListTools(func(_ context.Context, _ any, _ *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		result.Tools = slices.Clone(result.Tools)
		for i := range result.Tools {
			if tool, ours := byName[result.Tools[i].Name]; ours {
				result.Tools[i].RawInputSchema, result.Tools[i].RawOutputSchema = tool.InputSchema(), tool.OutputSchema()
			}
		}
	})
}

// describe is a tool as mcp-go wants it, but for the schemas.
func describe(tool tools.Tool) mcp.Tool {
	described := mcp.Tool{
		Name:        tool.Name,
		Title:       tool.Title,
		Description: tool.Description,
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
