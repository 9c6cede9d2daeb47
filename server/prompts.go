package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/prompts"
)

// addPrompts adds the prompts whose tasks the served tools can do.
func (b *Backend) addPrompts(s *mcpserver.MCPServer) {
	served := toolNames(b.tools)
	for _, prompt := range prompts.All() {
		if !prompt.SupportedBy(served) {
			continue
		}
		described := mcp.NewPrompt(prompt.Name, mcp.WithPromptTitle(prompt.Title), mcp.WithPromptDescription(prompt.Description))
		for _, argument := range prompt.Arguments {
			mcp.WithArgument(argument.Name, mcp.ArgumentDescription(argument.Description))(&described)
		}
		s.AddPrompt(described, func(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			hasDefault := b.defaultProject(b.caller(ctx)) != ""
			text := prompt.Text(request.Params.Arguments, served, hasDefault)
			return mcp.NewGetPromptResult(prompt.Description, []mcp.PromptMessage{
				mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text)),
			}), nil
		})
	}
}
