package cli

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
)

// newLogger returns the log that the configuration asks for, JSON lines either
// way, and what closes it.
func newLogger(cfg *config.Config, stderr io.Writer) (zerolog.Logger, func() error, error) {
	closing := func() error { return nil }
	if cfg.LogFile != "" {
		file, err := os.OpenFile(cfg.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return zerolog.Nop(), closing, fmt.Errorf("--log-file: %w", err)
		}
		stderr, closing = file, file.Close
	}
	return zerolog.New(&logLines{out: stderr}).Level(cfg.LogLevel).With().Timestamp().Logger(), closing, nil
}

// adoptLoggers makes the loggers that libraries fall back on write our log, and
// returns what undoes it.
func adoptLoggers(logger zerolog.Logger) (undo func()) {
	structured, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(slog.New(zerolog.NewSlogHandler(logger))) // the log package's too
	return func() {
		slog.SetDefault(structured)
		log.SetOutput(writer)
		log.SetFlags(flags)
	}
}
