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

	mcpserver "github.com/mark3labs/mcp-go/server"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options say what is wanted.
type Options struct {
	Version string
	Getenv  func(string) string // OTEL_*
	Metrics bool

	// Exporter takes the traces' place of export, for tests; nil for what
	// OTEL_* says.
	Exporter sdktrace.SpanExporter
}

// Telemetry is what observes one server. A nil Telemetry observes nothing, at
// no cost.
type Telemetry struct {
	tracer     trace.Tracer // nil when traces are off
	propagator propagation.TextMapPropagator
	provider   *sdktrace.TracerProvider

	metrics *metrics // nil when metrics are off
}

// Start returns what was asked for; nil when nothing was.
func Start(ctx context.Context, options Options) (*Telemetry, error) {
	exporter := options.Exporter
	if exporter == nil && tracesWanted(options.Getenv) {
		collector, err := newOTLP(options.Getenv)
		if err != nil {
			return nil, err
		}
		exporter = collector
	}
	if exporter == nil && !options.Metrics {
		return nil, nil
	}
	t := &Telemetry{propagator: propagation.TraceContext{}}
	if exporter != nil {
		described, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
			serviceName.String("langsmith-insights-mcp"), serviceVersion.String(options.Version)),
			resource.WithFromEnv()) // last, so that the operator's own names win
		if err != nil && !errors.Is(err, resource.ErrPartialResource) {
			return nil, fmt.Errorf("OTEL_*: %w", err)
		}
		t.provider = sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described))
		t.tracer = t.provider.Tracer("langsmith-insights-mcp")
	}
	if options.Metrics {
		t.metrics = newMetrics()
	}
	return t, nil
}

// tracesWanted follows OpenTelemetry's own variables: an endpoint turns traces
// on, unless something says they are off.
func tracesWanted(getenv func(string) string) bool {
	if getenv == nil || getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || getenv("OTEL_TRACES_EXPORTER") == "otlp"
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

// MCPOptions make an MCP server record its requests and tools.
func (t *Telemetry) MCPOptions() []mcpserver.ServerOption {
	if t == nil {
		return nil
	}
	var options []mcpserver.ServerOption
	if t.tracer != nil {
		options = append(options,
			mcpserver.WithTracer(tracer{t.tracer}),
			mcpserver.WithPropagator(headers{t.propagator}),
			mcpserver.WithMetaPropagator(meta{t.propagator}))
	}
	if t.metrics != nil {
		options = append(options, mcpserver.WithToolHandlerMiddleware(t.metrics.countTools))
	}
	return options
}

// Transport makes the requests sent upstream part of the trace and of the
// metrics.
func (t *Telemetry) Transport(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return next
	}
	return &upstream{next: next, telemetry: t}
}
