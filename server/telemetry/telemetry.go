// Package telemetry shows the server from outside: OpenTelemetry traces that
// join the caller's to the requests sent upstream, and Prometheus metrics. Both
// are off until configured, and neither carries a secret or a customer's words:
// paths without ids, names of tools, statuses and durations are all they hold.
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

// Options say what is wanted.
type Options struct {
	Version string
	Getenv  func(string) string // OTEL_*
	Metrics bool
	Logger  zerolog.Logger

	// Exporter takes the place of the one that OTEL_* describes, for tests.
	Exporter sdktrace.SpanExporter
}

// Telemetry is what observes one server. A nil Telemetry observes nothing, at
// no cost.
type Telemetry struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	provider   *sdktrace.TracerProvider // nil when traces are off
	metrics    *metrics                 // nil when metrics are off
}

// Start returns what was asked for; nil when nothing was. OTEL_* may be meant for
// another program that set them for its children, so a mistake in them is logged and
// turns traces off, and never ends the start.
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

// newTracerProvider returns what makes and sends spans; nil where nothing asks for it.
func newTracerProvider(ctx context.Context, options Options) (*sdktrace.TracerProvider, error) {
	exporter := options.Exporter
	if exporter == nil {
		wanted, err := tracesWanted(options.Getenv)
		if err != nil || !wanted {
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
		resource.WithFromEnv()) // last, so that the operator's own names win
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described)), nil
}

// tracesWanted follows OpenTelemetry's own variables: an endpoint turns traces
// on, unless something says they are off.
func tracesWanted(getenv func(string) string) (bool, error) {
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

// Stop sends what is still held, for as long as ctx lets it.
func (t *Telemetry) Stop(ctx context.Context) error {
	if t == nil || t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Flush sends what was recorded so far.
func (t *Telemetry) Flush(ctx context.Context) error {
	if t == nil || t.provider == nil {
		return nil
	}
	return t.provider.ForceFlush(ctx)
}

// MCPOptions make an MCP server record its messages.
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
		mcpserver.WithPropagator(headerPropagator{t.propagator}),
		mcpserver.WithMetaPropagator(metaPropagator{t.propagator}),
		mcpserver.WithToolHandlerMiddleware(recordTool),
		mcpserver.WithPromptHandlerMiddleware(recordPrompt),
	}
}

// Transport makes the requests sent upstream part of the trace and of the
// metrics.
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
