package cli

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/web"
)

// httpGrace is how long calls may still take when the server ends, where no
// paid request is in flight. With what follows, the process ends inside 2 s.
const httpGrace = time.Second

// serveHTTP serves MCP over HTTP until ctx is done.
func serveHTTP(ctx context.Context, cfg *config.Config, getenv func(string) string, streams Streams) error {
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
	backend, err := server.NewBackend(server.BackendOptions{Config: cfg, Logger: logger, Telemetry: observed, Store: store, Rests: true})
	if err != nil {
		return err
	}
	defer backend.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.HTTP.Addr)
	if err != nil {
		return fmt.Errorf("--addr: cannot listen on %s: %w", cfg.HTTP.Addr, err)
	}
	logger.Info().Str("version", server.Version()).Str("transport", "http").Bool("sandbox", cfg.Sandbox).
		Stringer("addr", listener.Addr()).Str("guard", guardedBy(cfg.HTTP)).Msg("serving")
	if cfg.HTTP.AllowUnauthenticated && guardedBy(cfg.HTTP) == "nothing" {
		logger.Warn().Msg("--allow-unauthenticated: anybody who reaches this server may call it, on the operator's key where they bring none")
	}
	// Tokens are still checked while the last calls come in.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	return web.New(background, HTTPOptions(backend, cfg, logger)).Serve(ctx, listener)
}

// HTTPOptions are those of an HTTP server over a backend.
func HTTPOptions(b *server.Backend, cfg *config.Config, logger zerolog.Logger) web.Options {
	return web.Options{
		Lighten:   true,
		MCP:       server.NewMCP(b),
		Config:    cfg.HTTP,
		Logger:    logger,
		Ending:    b.End,
		Drain:     b.Drain,
		Grace:     httpGrace,
		PaidGrace: cfg.ShutdownTimeout,
	}
}

func guardedBy(cfg config.HTTP) string {
	switch tokens, issuer := len(cfg.AuthTokens) > 0, cfg.OAuthIssuer != ""; {
	case tokens && issuer:
		return "tokens and an issuer"
	case tokens:
		return "tokens"
	case issuer:
		return "an issuer"
	}
	return "nothing"
}
