package server

import (
	"context"
	"errors"
	"time"

	"langsmith-insights-mcp/tools/paid"
)

// tryState opens a state and writes to it.
func tryState(ctx context.Context, where string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	store, err := paid.OpenState(ctx, where)
	if err != nil {
		return err
	}
	return errors.Join(store.Ping(ctx), store.Close())
}
