package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/prompts"
)

// addPrompts offers the tasks that the offered tools can do.
func (b *Backend) addPrompts(s *mcpserver.MCPServer) {
	offered := b.toolNames()
	for _, prompt := range prompts.All() {
		if !prompt.Offered(offered) {
			continue
		}
		described := mcp.NewPrompt(prompt.Name, mcp.WithPromptTitle(prompt.Title), mcp.WithPromptDescription(prompt.Description))
		for _, argument := range prompt.Arguments {
			mcp.WithArgument(argument.Name, mcp.ArgumentDescription(argument.Description))(&described)
		}
		s.AddPrompt(described, func(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text := prompt.Text(request.Params.Arguments, offered, b.defaultProject(b.caller(ctx)) != "")
			return mcp.NewGetPromptResult(prompt.Description, []mcp.PromptMessage{
				mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text)),
			}), nil
		})
	}
}
