package telemetry

import (
	"cmp"
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/mark3labs/mcp-go/tracing"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0" // the last version that has MCP's names
	"go.opentelemetry.io/otel/trace"

	"langsmith-insights-mcp/server/jsonrpc"
)

// tracer records each MCP message that mcp-go handles as a span and a duration, by
// OpenTelemetry's semantic conventions for MCP. Of the recommended attributes it leaves
// out mcp.session.id, with which a reader of the traces could take over the session, and
// those with a caller's words: jsonrpc.request.id, mcp.resource.uri and error messages.
type tracer struct {
	otel      trace.Tracer
	durations *prometheus.HistogramVec // nil when metrics are off
}

// methodAttribute is the attribute of mcp-go's spans with the method.
const methodAttribute = "mcp.method"

// Start implements tracing.Tracer.
func (t tracer) Start(ctx context.Context, name string, kind tracing.SpanKind, attributes ...tracing.Attribute) (context.Context, tracing.Span) {
	if kind != tracing.SpanKindServer {
		// mcp-go has a second span for a tool call; the conventions have only one.
		return tracing.NoopTracer().Start(ctx, name, kind)
	}
	o := &operation{durations: t.durations, started: time.Now()}
	for _, a := range attributes {
		if a.Key == methodAttribute {
			o.method = jsonrpc.KnownMethod(a.Value)
		}
	}
	ctx, o.span = t.otel.Start(ctx, o.method, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(semconv.McpMethodNameKey.String(o.method)))
	if version := mcpserver.RequestProtocolVersion(ctx); mcp.IsValidProtocolVersion(version) {
		o.span.SetAttributes(semconv.McpProtocolVersion(version))
	}
	return tracing.ContextWithSpan(ctx, o), o
}

// operation is the handling of one message. Its methods are called by the goroutine
// that handles it.
type operation struct {
	durations *prometheus.HistogramVec
	started   time.Time
	span      trace.Span

	method       string
	tool, prompt string // only names of the server's own
	errorType    string
}

// operationFrom returns the operation of ctx, or one that is not recorded.
func operationFrom(ctx context.Context) *operation {
	if o, ok := tracing.SpanFromContext(ctx).(*operation); ok {
		return o
	}
	return &operation{span: trace.SpanFromContext(context.Background())}
}

// SetAttributes implements tracing.Span. recordTool and recordPrompt set the attributes.
func (o *operation) SetAttributes(...tracing.Attribute) {}

// RecordError implements tracing.Span.
func (o *operation) RecordError(error) {}

// SetStatus implements tracing.Span.
func (o *operation) SetStatus(code tracing.StatusCode, _ string) {
	if code == tracing.StatusError {
		o.errorType = cmp.Or(o.errorType, otherError)
	}
}

// The values of error.type. mcp-go does not pass the code of a JSON-RPC error to a tracer.
const (
	toolError  = "tool_error"
	otherError = "_OTHER"
)

// End implements tracing.Span.
func (o *operation) End() {
	if o.errorType != "" {
		o.span.SetStatus(codes.Error, "")
		o.span.SetAttributes(semconv.ErrorTypeKey.String(o.errorType))
	}
	o.span.End()
	if o.durations != nil {
		o.durations.WithLabelValues(o.method, o.tool, o.prompt, o.errorType).Observe(time.Since(o.started).Seconds())
	}
}

// recordTool is middleware for every tool. It runs only for tools that the server has, so
// a caller cannot add names to the metrics.
func recordTool(next mcpserver.ToolHandlerFunc) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		o := operationFrom(ctx)
		o.tool = request.Params.Name
		o.span.SetName(o.method + " " + o.tool)
		o.span.SetAttributes(semconv.GenAIToolName(o.tool), semconv.GenAIOperationNameExecuteTool)
		result, err := next(ctx, request)
		if err == nil && result != nil && result.IsError {
			o.errorType = toolError
		}
		return result, err
	}
}

// recordPrompt is middleware for every prompt that the server has.
func recordPrompt(next mcpserver.PromptHandlerFunc) mcpserver.PromptHandlerFunc {
	return func(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		o := operationFrom(ctx)
		o.prompt = request.Params.Name
		o.span.SetName(o.method + " " + o.prompt)
		o.span.SetAttributes(semconv.GenAIPromptName(o.prompt))
		return next(ctx, request)
	}
}
