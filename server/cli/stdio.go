package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/stdio"
)

const (
	// stdioMaxWaiters is how many calls of the one client may wait for jobs at once.
	stdioMaxWaiters = 90

	// stdioGrace is how long calls may still take once the input has ended and no paid
	// request is in flight.
	stdioGrace = 2 * time.Second

	// exitMargin is the part of stdioGrace that the process needs to end.
	exitMargin = 150 * time.Millisecond
)

func newStdioCommand(getenv func(string) string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "stdio",
		Short:   "Serve MCP over stdin and stdout (the default)",
		Long:    stdioHelp,
		Example: stdioExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runStdio(cmd, getenv) },
	}
	addFlags(cmd, config.Stdio)
	return cmd
}

// runStdio serves MCP over the command's streams until their input ends or its
// context is done.
func runStdio(cmd *cobra.Command, getenv func(string) string) error {
	cfg, err := loadConfig(cmd, config.Stdio, getenv)
	if err != nil {
		return err
	}
	if isTerminal(cmd.InOrStdin()) {
		fmt.Fprint(cmd.ErrOrStderr(), terminalHint)
	}
	ctx := cmd.Context()
	options := server.BackendOptions{Config: cfg, MaxWaiters: stdioMaxWaiters}
	return withBackend(ctx, options, getenv, cmd.ErrOrStderr(), func(backend *server.Backend, logger zerolog.Logger) error {
		newServingLine(cfg, "stdio", logger).Msg("serving")
		var ended time.Time
		err := stdio.Serve(ctx, server.NewMCP(backend), cmd.InOrStdin(), cmd.OutOrStdout(), stdio.Options{
			Logger:    logger,
			Extension: backend.Tasks(),
			Ending: func() {
				ended = time.Now()
				backend.End()
			},
			Grace: min(cfg.ShutdownTimeout, stdioGrace) - exitMargin,
		})
		draining, cancel := context.WithDeadline(context.WithoutCancel(ctx), ended.Add(cfg.ShutdownTimeout-exitMargin/2))
		defer cancel()
		if err := backend.Drain(draining); err != nil {
			logger.Warn().Err(err).Msg("shutting down while a paid request is in flight; the next equal call looks for its outcome")
		}
		return err
	})
}

func isTerminal(stream io.Reader) bool {
	file, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
