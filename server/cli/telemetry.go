package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/telemetry"
)

// startTelemetry starts the traces and metrics that the configuration and OTEL_* turn
// on. stop ends them and sends the last traces.
func startTelemetry(ctx context.Context, cfg *config.Config, getenv func(string) string, logger zerolog.Logger) (started *telemetry.Telemetry, stop func(), err error) {
	t := telemetry.Start(ctx, telemetry.Options{Version: server.Version(), Getenv: getenv, Metrics: cfg.HTTP.MetricsAddr != "", Logger: logger})
	stopMetrics := func() {}
	if handler := t.Handler(); handler != nil {
		if stopMetrics, err = serveMetrics(ctx, cfg.HTTP.MetricsAddr, handler, logger); err != nil {
			return nil, nil, err
		}
	}
	return t, func() {
		stopMetrics()
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), telemetryGrace)
		defer cancel()
		if err := t.Stop(ending); err != nil {
			logger.Warn().Err(err).Msg("the last traces could not be sent")
		}
	}, nil
}

// telemetryGrace is how long the last traces may take to be sent.
const telemetryGrace = 300 * time.Millisecond

// serveMetrics serves metrics at an address until stop is called.
func serveMetrics(ctx context.Context, addr string, handler http.Handler, logger zerolog.Logger) (stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr: cannot listen on %s: %w", addr, err)
	}
	metrics := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := metrics.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error().Err(err).Msg("serving metrics failed")
		}
	}()
	logger.Info().Stringer("addr", listener.Addr()).Msg("serving metrics")
	return func() {
		_ = metrics.Close()
		<-done
	}, nil
}
