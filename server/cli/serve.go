package cli

import (
	"context"
	"io"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
)

// withBackend calls serve with a backend and its logger. It opens the log, the telemetry
// and the store of the configuration before, and closes them afterwards.
func withBackend(ctx context.Context, options server.BackendOptions, getenv func(string) string, stderr io.Writer,
	serve func(*server.Backend, zerolog.Logger) error) error {
	cfg := options.Config
	logger, closeLog, err := newLogger(cfg, stderr)
	if err != nil {
		return err
	}
	defer func() { _ = closeLog() }()
	defer setDefaultLoggers(logger)()
	if len(cfg.Placeholders) > 0 {
		logger.Warn().Strs("variables", cfg.Placeholders).Msg("variables are treated as unset: the client has not replaced the placeholders in them")
	}
	if len(cfg.Unknown) > 0 {
		logger.Warn().Strs("variables", cfg.Unknown).Msg("unknown variables are ignored")
	}
	started, stopTelemetry, err := startTelemetry(ctx, cfg, getenv, logger)
	if err != nil {
		return err
	}
	defer stopTelemetry()
	store, closeStore, err := openStore(ctx, cfg, logger)
	if err != nil {
		return err
	}
	defer closeStore()
	options.Logger, options.Telemetry, options.Store = logger, started, store
	backend, err := server.NewBackend(options)
	if err != nil {
		return err
	}
	defer backend.Close()
	return serve(backend, logger)
}
