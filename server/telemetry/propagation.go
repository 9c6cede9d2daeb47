package telemetry

import (
	"context"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// mcp-go's servers only extract trace context: the Inject methods are never called.

// headerPropagator reads trace context from HTTP headers for mcp-go.
type headerPropagator struct{ otel propagation.TextMapPropagator }

// Inject implements tracing.Propagator.
func (headerPropagator) Inject(context.Context, http.Header) {}

// Extract implements tracing.Propagator. A message's own context, from _meta, comes
// before that of the HTTP request, which may carry several messages.
func (p headerPropagator) Extract(ctx context.Context, header http.Header) context.Context {
	if trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	return p.otel.Extract(ctx, propagation.HeaderCarrier(header))
}

// metaPropagator reads trace context from _meta for mcp-go, over every transport.
type metaPropagator struct{ otel propagation.TextMapPropagator }

// InjectMeta implements tracing.MetaPropagator.
func (metaPropagator) InjectMeta(_ context.Context, meta *mcp.Meta) *mcp.Meta { return meta }

// ExtractMeta implements tracing.MetaPropagator.
func (p metaPropagator) ExtractMeta(ctx context.Context, meta *mcp.Meta) context.Context {
	if meta == nil {
		return ctx
	}
	carrier := propagation.MapCarrier{}
	for _, key := range p.otel.Fields() {
		if value, ok := meta.AdditionalFields[key].(string); ok {
			carrier[key] = value
		}
	}
	return p.otel.Extract(ctx, carrier)
}
