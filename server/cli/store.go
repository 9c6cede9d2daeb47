package cli

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/paid/state"
)

// openStore opens the store that --state names, and returns a function that closes it.
// It logs a configuration of the store that may lose entries.
func openStore(ctx context.Context, cfg *config.Config, logger zerolog.Logger) (paid.Store, func(), error) {
	store, err := state.Open(cfg.State)
	if err != nil {
		return nil, nil, config.Problem("--state: " + err.Error())
	}
	isUsable := warnOfStore(ctx, store, logger)
	switch {
	case cfg.MaxJobsPerDay == 0 || cfg.Sandbox:
	case cfg.State == config.StateMemory:
		logger.Warn().Msg("the count of --max-jobs-per-day starts at 0 with each process, because --state keeps its count in memory; set it to a directory or a redis:// URL")
	case !isUsable:
		logger.Warn().Msgf("the count of --max-jobs-per-day starts at 0 with each process until %s can be written, so more jobs may be started than it allows", store)
	}
	return store, func() {
		if err := store.Close(); err != nil {
			logger.Warn().Err(err).Msg("closing the memory of paid calls failed")
		}
	}, nil
}

// checkStore opens the store that --state names and writes to it. weakness describes a
// configuration of the store that may lose entries.
func checkStore(ctx context.Context, where string) (weakness string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	store, err := state.Open(where)
	if err != nil {
		return "", err
	}
	err = store.Ping(ctx)
	if err == nil {
		weakness, _ = state.Examine(ctx, store) // a Redis may forbid CONFIG
	}
	return weakness, errors.Join(err, store.Close())
}

// warnOfStore logs that the store cannot be written, or that its configuration may lose
// entries, and reports whether it can be written. The server starts either way: the store
// may become reachable later.
func warnOfStore(ctx context.Context, store state.Store, logger zerolog.Logger) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := store.Ping(ctx); err != nil {
		logger.Warn().Err(err).Msgf("%s cannot be written: until it can, only this process remembers paid calls", store)
		return false
	}
	weakness, err := state.Examine(ctx, store)
	switch {
	case weakness != "":
		logger.Warn().Msg(weakness)
	case err != nil:
		logger.Info().Err(err).Msgf("cannot check whether %s may lose the memory of paid calls: set its maxmemory-policy to noeviction and its appendonly to yes", store)
	}
	return true
}
