package telemetry

import (
	"context"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/tracing"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"langsmith-insights-mcp/server/envelope"
)

// tracer is an OpenTelemetry tracer as mcp-go wants one. mcp-go has such a
// bridge of its own, in a module that the proxies do not hold.
type tracer struct{ otel trace.Tracer }

var kinds = map[tracing.SpanKind]trace.SpanKind{
	tracing.SpanKindServer:   trace.SpanKindServer,
	tracing.SpanKindClient:   trace.SpanKindClient,
	tracing.SpanKindInternal: trace.SpanKindInternal,
}

// Start implements tracing.Tracer.
func (t tracer) Start(ctx context.Context, name string, kind tracing.SpanKind, attributes ...tracing.Attribute) (context.Context, tracing.Span) {
	if method, ofMessage := strings.CutPrefix(name, messageSpan); ofMessage {
		name = messageSpan + envelope.KnownMethod(method)
	}
	ctx, started := t.otel.Start(ctx, name, trace.WithSpanKind(kinds[kind]), trace.WithAttributes(converted(attributes)...))
	span := span{started}
	return tracing.ContextWithSpan(ctx, span), span
}

type span struct{ otel trace.Span }

// SetAttributes implements tracing.Span.
func (s span) SetAttributes(attributes ...tracing.Attribute) {
	s.otel.SetAttributes(converted(attributes)...)
}

// RecordError implements tracing.Span; an error's words may be a customer's.
func (s span) RecordError(error) { s.otel.SetStatus(codes.Error, "") }

// SetStatus implements tracing.Span; its description may hold a customer's words.
func (s span) SetStatus(code tracing.StatusCode, _ string) {
	switch code {
	case tracing.StatusOK:
		s.otel.SetStatus(codes.Ok, "")
	case tracing.StatusError:
		s.otel.SetStatus(codes.Error, "")
	}
}

// End implements tracing.Span.
func (s span) End() { s.otel.End() }

// messageSpan is how mcp-go begins the name of a message's span.
const messageSpan = "mcp."

// The attributes of mcp-go that are not passed on as they are: the session's id
// would let whoever reads the traces take the session over, and the other two
// may be anything that a caller writes.
const (
	sessionID = "mcp.session.id"
	method    = "mcp.method"
	version   = "mcp.protocol.version"
)

func converted(attributes []tracing.Attribute) []attribute.KeyValue {
	list := make([]attribute.KeyValue, 0, len(attributes))
	for _, a := range attributes {
		switch {
		case a.Key == sessionID, a.Key == version && !mcp.IsValidProtocolVersion(a.Value):
			continue
		case a.Key == method:
			a.Value = envelope.KnownMethod(a.Value)
		}
		list = append(list, attribute.String(a.Key, a.Value))
	}
	return list
}

// headers carries the trace in HTTP headers, W3C's way.
type headers struct{ otel propagation.TextMapPropagator }

// Inject implements tracing.Propagator.
func (h headers) Inject(ctx context.Context, header http.Header) {
	h.otel.Inject(ctx, propagation.HeaderCarrier(header))
}

// Extract implements tracing.Propagator.
func (h headers) Extract(ctx context.Context, header http.Header) context.Context {
	if header.Get("Traceparent") == "" {
		return ctx // so that one from _meta stands
	}
	return h.otel.Extract(ctx, propagation.HeaderCarrier(header))
}

// meta carries the trace in _meta, for every transport.
type meta struct{ otel propagation.TextMapPropagator }

// InjectMeta implements tracing.MetaPropagator.
func (m meta) InjectMeta(ctx context.Context, to *mcp.Meta) *mcp.Meta {
	carrier := propagation.MapCarrier{}
	m.otel.Inject(ctx, carrier)
	if len(carrier) == 0 {
		return to
	}
	if to == nil {
		to = &mcp.Meta{}
	}
	if to.AdditionalFields == nil {
		to.AdditionalFields = map[string]any{}
	}
	for key, value := range carrier {
		to.AdditionalFields[key] = value
	}
	return to
}

// ExtractMeta implements tracing.MetaPropagator.
func (m meta) ExtractMeta(ctx context.Context, from *mcp.Meta) context.Context {
	if from == nil {
		return ctx
	}
	carrier := propagation.MapCarrier{}
	for _, key := range m.otel.Fields() {
		if value, ok := from.AdditionalFields[key].(string); ok {
			carrier[key] = value
		}
	}
	return m.otel.Extract(ctx, carrier)
}
