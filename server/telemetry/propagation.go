package telemetry

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"go.opentelemetry.io/otel/propagation"
)

// metaPropagator reads trace context from _meta for mcp-go, over every transport. It takes
// precedence over that of the HTTP request, which package web reads. mcp-go never injects
// any.
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
