// Command go-sdk is a minimal server with the official Go SDK that forwards
// create_insights_job, written like the SDK's README and examples.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"langsmith-insights-mcp/e2e/speed/insights"
)

func main() {
	upstream := flag.String("upstream", "", "base URL of LangSmith")
	addr := flag.String("http", "", "serve Streamable HTTP on this address instead of stdio")
	flag.Parse()

	langsmith := insights.NewClient(*upstream)
	s := mcp.NewServer(&mcp.Implementation{Name: "speed-go-sdk", Version: "1.0.0"}, nil)
	mcp.AddTool(s, &mcp.Tool{
		Name:        "create_insights_job",
		Description: "Start LangSmith's Insights Agent over a tracing project.",
	}, func(ctx context.Context, _ *mcp.CallToolRequest, args insights.Args) (*mcp.CallToolResult, insights.Job, error) {
		job, err := langsmith.Create(ctx, args)
		return nil, job, err
	})

	if *addr != "" {
		handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, nil)
		mux := http.NewServeMux()
		mux.Handle("/mcp", handler)
		log.Fatal(http.ListenAndServe(*addr, mux))
	}
	if err := s.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
		log.Fatal(err)
	}
}
