package server

import (
	"context"
	"io"
	"time"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/stdio"
)

// Streams are where a program reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// RunStdio serves MCP over the streams until their input ends or ctx is done.
func RunStdio(ctx context.Context, cfg *config.Config, getenv func(string) string, streams Streams) error {
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
	backend, err := NewBackend(ctx, BackendOptions{Config: cfg, Logger: logger, Telemetry: observed, Rests: true})
	if err != nil {
		return err
	}
	defer backend.Close()
	backend.watcher.MaxWaiters = stdioWaiters
	logger.Info().Str("version", Version()).Str("transport", "stdio").Bool("sandbox", cfg.Sandbox).Msg("serving")
	var ended time.Time
	err = stdio.Serve(ctx, NewMCP(backend), streams.In, streams.Out, stdio.Options{
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
	backend.Drain(draining)
	return err
}

// stdioWaiters is how many calls of the one client may wait for jobs at once.
const stdioWaiters = 90

// stdioGrace is how long calls may still take once the input has ended, where
// no paid request is in flight.
const stdioGrace = 2 * time.Second

// endMargin is what the process itself needs to end inside its time.
const endMargin = 150 * time.Millisecond
