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
func RunStdio(ctx context.Context, cfg *config.Config, streams Streams) error {
	logger, closeLog, err := newLogger(cfg, streams.Err)
	if err != nil {
		return err
	}
	defer func() { _ = closeLog() }()
	backend, err := NewBackend(ctx, BackendOptions{Config: cfg, Logger: logger})
	if err != nil {
		return err
	}
	defer backend.Close()
	logger.Info().Str("version", Version()).Str("transport", "stdio").Bool("sandbox", cfg.Sandbox).Msg("serving")
	return stdio.Serve(ctx, NewMCP(backend), streams.In, streams.Out, stdio.Options{
		Logger: logger,
		Ending: backend.End,
		Grace:  cfg.ShutdownTimeout - endMargin,
	})
}

// endMargin is what the process itself needs to end inside its time.
const endMargin = 150 * time.Millisecond
