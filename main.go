// Command langsmith-insights-mcp is an MCP server with tools for LangSmith's Insights
// Agent.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"langsmith-insights-mcp/server/cli"
)

func main() {
	// With SIGPIPE ignored, a write to a closed stdout or stderr fails instead of ending the
	// process with its paid calls.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals
		signal.Stop(signals) // before cancelling, so that a second signal ends the process at once
		cancel()
	}()
	os.Exit(cli.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
