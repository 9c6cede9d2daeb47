package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools/app"
)

// addReportApp adds the page of the MCP App. It is listed as a resource, so that hosts
// can inspect it.
func addReportApp(s *mcpserver.MCPServer) {
	page := mcp.NewResource(app.URI, "insights-report",
		mcp.WithResourceTitle("Insights report"),
		mcp.WithResourceDescription("The page on which hosts with MCP Apps show reports and comparisons. It contains no data."),
		mcp.WithMIMEType(app.MIMEType))
	page.Meta = mcp.NewMetaFromMap(app.ResourceMeta())
	s.AddResource(page, func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.TextResourceContents{
			Meta: app.ResourceMeta(), URI: app.URI, MIMEType: app.MIMEType, Text: app.HTML(),
		}}, nil
	})
}
