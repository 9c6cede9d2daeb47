package cli

import (
	"context"
	"io"
	"time"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/stdio"
)

// Streams are where a program reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// serveStdio serves MCP over the streams until their input ends or ctx is done.
func serveStdio(ctx context.Context, cfg *config.Config, getenv func(string) string, streams Streams) error {
	logger, closeLog, err := newLogger(cfg, streams.Err)
	if err != nil {
		return err
	}
	defer func() { _ = closeLog() }()
	defer adoptLoggers(logger)()
	observed, stopObserving, err := observe(ctx, cfg, getenv, logger)
	if err != nil {
		return err
	}
	defer stopObserving()
	store, closeStore, err := openStore(ctx, cfg.State, logger)
	if err != nil {
		return err
	}
	defer closeStore()
	backend, err := server.NewBackend(server.BackendOptions{
		Config: cfg, Logger: logger, Telemetry: observed, Store: store, MaxWaiters: stdioWaiters, Rests: true,
	})
	if err != nil {
		return err
	}
	defer backend.Close()
	logger.Info().Str("version", server.Version()).Str("transport", "stdio").Bool("sandbox", cfg.Sandbox).Msg("serving")
	var ended time.Time
	err = stdio.Serve(ctx, server.NewMCP(backend), streams.In, streams.Out, stdio.Options{
		Logger:  logger,
		Lighten: true,
		Ending: func() {
			ended = time.Now()
			backend.End()
		},
		Grace: min(cfg.ShutdownTimeout, stdioGrace) - endMargin,
	})
	draining, cancel := context.WithDeadline(context.WithoutCancel(ctx), ended.Add(cfg.ShutdownTimeout-endMargin/2))
	defer cancel()
	if err := backend.Drain(draining); err != nil {
		logger.Warn().Err(err).Msg("ending while a paid request is under way; its outcome is looked for by the next equal call")
	}
	return err
}

// stdioWaiters is how many calls of the one client may wait for jobs at once.
const stdioWaiters = 90

// stdioGrace is how long calls may still take once the input has ended, where
// no paid request is in flight.
const stdioGrace = 2 * time.Second

// endMargin is what the process itself needs to end inside its time.
const endMargin = 150 * time.Millisecond
