// Package telemetry makes the server observable: OpenTelemetry traces that connect the
// caller's trace with the requests to LangSmith, and Prometheus metrics. Both are off
// until configured. Neither contains a secret or a caller's words, but only paths without
// ids, names of tools, statuses and durations.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Options configure [Start].
type Options struct {
	Version string
	Getenv  func(string) string // for OTEL_*
	Metrics bool
	Logger  zerolog.Logger

	// Exporter replaces the exporter that OTEL_* configures, for tests.
	Exporter sdktrace.SpanExporter
}

// Telemetry records the traces and metrics of one server. A nil Telemetry records nothing.
type Telemetry struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	provider   *sdktrace.TracerProvider // nil when traces are off
	metrics    *metrics                 // nil when metrics are off
}

// Start returns the configured telemetry, nil when there is none. The parent process may
// have set OTEL_* for itself, so an invalid variable is logged and turns traces off, and
// the server starts anyway.
func Start(ctx context.Context, options Options) *Telemetry {
	t := &Telemetry{
		tracer:     noop.NewTracerProvider().Tracer(""),
		propagator: propagation.NewCompositeTextMapPropagator(),
	}
	var err error
	if t.provider, err = newTracerProvider(ctx, options); err != nil {
		options.Logger.Warn().Err(err).Msg("traces are off")
	}
	if t.provider != nil {
		t.tracer, t.propagator = t.provider.Tracer("langsmith-insights-mcp"), propagation.TraceContext{}
	}
	if options.Metrics {
		t.metrics = newMetrics(options.Version)
	}
	if t.provider == nil && t.metrics == nil {
		return nil
	}
	return t
}

// newTracerProvider returns a provider that exports spans, nil when traces are off.
func newTracerProvider(ctx context.Context, options Options) (*sdktrace.TracerProvider, error) {
	exporter := options.Exporter
	if exporter == nil {
		enabled, err := isTracingEnabled(options.Getenv)
		if err != nil || !enabled {
			return nil, err
		}
		client, err := newOTLPClient(options.Getenv)
		if err != nil {
			return nil, err
		}
		if exporter, err = otlptrace.New(ctx, client); err != nil {
			return nil, err
		}
	}
	described, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		semconv.ServiceName("langsmith-insights-mcp"), semconv.ServiceVersion(options.Version)),
		resource.WithFromEnv()) // last, so that the operator's names take precedence
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described)), nil
}

// isTracingEnabled reports whether OpenTelemetry's variables turn traces on: an endpoint does,
// unless another variable turns them off.
func isTracingEnabled(getenv func(string) string) (bool, error) {
	if getenv == nil || strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") {
		return false, nil
	}
	switch getenv("OTEL_TRACES_EXPORTER") {
	case "otlp":
		return true, nil
	case "none":
		return false, nil
	case "":
		return getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "", nil
	}
	return false, errors.New("OTEL_TRACES_EXPORTER: want otlp or none")
}

// Stop exports the remaining spans until ctx is done, and ends the telemetry.
func (t *Telemetry) Stop(ctx context.Context) error {
	if t == nil || t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Flush exports the spans recorded so far.
func (t *Telemetry) Flush(ctx context.Context) error {
	if t == nil || t.provider == nil {
		return nil
	}
	return t.provider.ForceFlush(ctx)
}

// MCPOptions returns the options with which an MCP server records its messages.
func (t *Telemetry) MCPOptions() []mcpserver.ServerOption {
	if t == nil {
		return nil
	}
	recording := tracer{otel: t.tracer}
	if t.metrics != nil {
		recording.durations = t.metrics.operations
	}
	return []mcpserver.ServerOption{
		mcpserver.WithTracer(recording),
		mcpserver.WithMetaPropagator(metaPropagator{t.propagator}),
		mcpserver.WithToolHandlerMiddleware(recordTool),
		mcpserver.WithPromptHandlerMiddleware(recordPrompt),
	}
}

// Transport returns a transport that records the requests to LangSmith, and passes on their
// trace.
func (t *Telemetry) Transport(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return next
	}
	var durations *prometheus.HistogramVec
	if t.metrics != nil {
		durations = t.metrics.requests
	}
	return &upstream{next: next, tracer: t.tracer, propagator: t.propagator, durations: durations}
}
