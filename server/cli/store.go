package cli

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools/paid"
)

// openStore opens the store that --state names, and returns what closes it.
func openStore(ctx context.Context, state string, logger zerolog.Logger) (paid.Store, func(), error) {
	store, err := paid.OpenState(ctx, state)
	if err != nil {
		return nil, nil, config.Problem("--state: " + err.Error())
	}
	return store, func() {
		if err := store.Close(); err != nil {
			logger.Warn().Err(err).Msg("the memory of paid calls did not close cleanly")
		}
	}, nil
}

// checkStore opens the store that --state names and writes to it.
func checkStore(ctx context.Context, state string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	store, err := paid.OpenState(ctx, state)
	if err != nil {
		return err
	}
	return errors.Join(store.Ping(ctx), store.Close())
}
