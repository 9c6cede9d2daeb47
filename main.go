// Command langsmith-insights-mcp gives AI agents LangSmith's Insights Agent as
// MCP tools.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"langsmith-insights-mcp/server/cli"
)

func main() {
	// A client that closes stderr, or stdout, must not end a call that is paid for:
	// what is written there fails instead.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(cli.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
