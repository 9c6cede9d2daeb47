package cli

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/web"
)

// httpGrace is how long calls may still take when the server ends and no paid request
// is in flight. It leaves time for the process to end within two seconds.
const httpGrace = time.Second

func newHTTPCommand(getenv func(string) string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     string(config.HTTPCmd),
		Short:   "Serve MCP over HTTP, to many callers",
		Long:    httpHelp,
		Example: httpExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHTTP(cmd, getenv) },
	}
	addFlags(cmd, config.HTTPCmd)
	return cmd
}

// runHTTP serves MCP over HTTP until the command's context is done.
func runHTTP(cmd *cobra.Command, getenv func(string) string) error {
	cfg, err := loadConfig(cmd, config.HTTPCmd, getenv)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return withBackend(ctx, server.BackendOptions{Config: cfg}, getenv, cmd.ErrOrStderr(), func(backend *server.Backend, logger zerolog.Logger) error {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.HTTP.Addr)
		if err != nil {
			return fmt.Errorf("--addr: cannot listen on %s: %w", cfg.HTTP.Addr, err)
		}
		guard := guardName(cfg.HTTP)
		newServingLine(cfg, "http", logger).
			Stringer("addr", listener.Addr()).Str("guard", guard).Msg("serving")
		switch {
		case guard != noGuard:
		case cfg.HTTP.AllowUnauthenticated:
			logger.Warn().Msg("--allow-unauthenticated: anyone who reaches this server can call it, with the operator's key unless they send their own")
		case !cfg.Sandbox && !cfg.LangSmith.Credentials.Empty():
			logger.Warn().Msgf("whoever reaches %s, also through a proxy, calls with the operator's key unless they send their own: set --auth-token, or configure no key", listener.Addr())
		}
		// Tokens are still validated for calls that arrive while the server ends.
		background, stop := context.WithCancel(context.WithoutCancel(ctx))
		defer stop()
		return web.New(background, HTTPOptions(backend, cfg, logger)).Serve(ctx, listener)
	})
}

// HTTPOptions returns the options of an HTTP server over a backend.
func HTTPOptions(backend *server.Backend, cfg *config.Config, logger zerolog.Logger) web.Options {
	return web.Options{
		MCP:       server.NewMCP(backend),
		Extension: backend.Tasks(),
		Config:    cfg.HTTP,
		Logger:    logger,
		Version:   server.Version(),
		Ending:    backend.End,
		Drain:     backend.Drain,
		Grace:     httpGrace,
		PaidGrace: cfg.ShutdownTimeout,
	}
}

const noGuard = "nothing"

// guardName names, for the log, what callers must authenticate with.
func guardName(cfg config.HTTP) string {
	switch tokens, issuer := len(cfg.AuthTokens) > 0, cfg.OAuthIssuer != ""; {
	case tokens && issuer:
		return "tokens and an issuer"
	case tokens:
		return "tokens"
	case issuer:
		return "an issuer"
	}
	return noGuard
}
