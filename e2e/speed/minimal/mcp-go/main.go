// Command mcp-go is a minimal server with mark3labs/mcp-go that forwards
// create_insights_job, written like the library's README and examples.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/e2e/speed/insights"
)

func main() {
	upstream := flag.String("upstream", "", "base URL of LangSmith")
	addr := flag.String("http", "", "serve Streamable HTTP on this address instead of stdio")
	validate := flag.Bool("validate", false, "with the library's own validation of arguments and results")
	flag.Parse()

	options := []server.ServerOption{server.WithToolCapabilities(false)}
	if *validate {
		options = append(options, server.WithInputSchemaValidation(), server.WithOutputSchemaValidation())
	}
	s := server.NewMCPServer("speed-mcp-go", "1.0.0", options...)
	langsmith := insights.NewClient(*upstream)
	s.AddTool(mcp.NewTool("create_insights_job",
		mcp.WithDescription("Start LangSmith's Insights Agent over a tracing project."),
		mcp.WithInputSchema[insights.Args](),
		mcp.WithOutputSchema[insights.Job](),
	), mcp.NewStructuredToolHandler(func(ctx context.Context, _ mcp.CallToolRequest, args insights.Args) (insights.Job, error) {
		return langsmith.Create(ctx, args)
	}))

	if *addr != "" {
		log.Fatal(server.NewStreamableHTTPServer(s).Start(*addr))
	}
	if err := server.ServeStdio(s); err != nil {
		log.Fatal(err)
	}
}
