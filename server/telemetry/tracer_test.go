package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// newServer returns an MCP server with a tool and a prompt that records its messages.
func newServer(observed *Telemetry) *mcpserver.MCPServer {
	server := mcpserver.NewMCPServer("test", "1", append(observed.MCPOptions(),
		mcpserver.WithToolCapabilities(false), mcpserver.WithPromptCapabilities(false))...)
	server.AddTool(mcp.NewTool("get_run", mcp.WithString("answer")), func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		switch answer := request.GetString("answer", ""); answer {
		case "isError":
			return mcp.NewToolResultError("a customer's words"), nil
		case "error":
			return nil, errors.New("a customer's words")
		default:
			return mcp.NewToolResultText(answer), nil
		}
	})
	server.AddPrompt(mcp.NewPrompt("what_changed"), func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return &mcp.GetPromptResult{}, nil
	})
	return server
}

// Spans of messages have the names and attributes of OpenTelemetry's semantic conventions
// for MCP, and nothing of a caller's words.
func TestSpans(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	observed := Start(t.Context(), Options{Exporter: exporter})
	defer func() {
		if err := observed.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	server := newServer(observed)
	for _, test := range []struct {
		message    string
		name       string
		attributes map[string]string
	}{
		{`"method":"tools/list"`, "tools/list", map[string]string{"mcp.method.name": "tools/list"}},
		{`"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}`, "tools/list",
			map[string]string{"mcp.method.name": "tools/list", "mcp.protocol.version": "2026-07-28"}},
		{`"method":"tools/call","params":{"name":"get_run"}`, "tools/call get_run",
			map[string]string{"mcp.method.name": "tools/call", "gen_ai.tool.name": "get_run", "gen_ai.operation.name": "execute_tool"}},
		{`"method":"tools/call","params":{"name":"get_run","arguments":{"answer":"isError"}}`, "tools/call get_run",
			map[string]string{"mcp.method.name": "tools/call", "gen_ai.tool.name": "get_run", "gen_ai.operation.name": "execute_tool", "error.type": "tool_error"}},
		{`"method":"tools/call","params":{"name":"get_run","arguments":{"answer":"error"}}`, "tools/call get_run",
			map[string]string{"mcp.method.name": "tools/call", "gen_ai.tool.name": "get_run", "gen_ai.operation.name": "execute_tool", "error.type": "_OTHER"}},
		{`"method":"tools/call","params":{"name":"a customer's words"}`, "tools/call",
			map[string]string{"mcp.method.name": "tools/call", "error.type": "_OTHER"}},
		{`"method":"prompts/get","params":{"name":"what_changed"}`, "prompts/get what_changed",
			map[string]string{"mcp.method.name": "prompts/get", "gen_ai.prompt.name": "what_changed"}},
		{`"method":"prompts/get","params":{"name":"a customer's words"}`, "prompts/get",
			map[string]string{"mcp.method.name": "prompts/get", "error.type": "_OTHER"}},
		{`"method":"a customer's words"`, "other", map[string]string{"mcp.method.name": "other", "error.type": "_OTHER"}},
	} {
		exporter.Reset()
		server.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":"a customer's words",`+test.message+`}`))
		if err := observed.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		spans := exporter.GetSpans()
		if len(spans) != 1 {
			t.Fatalf("%s makes %d spans", test.message, len(spans))
		}
		span, got := spans[0], map[string]string{}
		for _, attribute := range span.Attributes {
			got[string(attribute.Key)] = attribute.Value.String()
		}
		if span.Name != test.name || span.SpanKind != trace.SpanKindServer || !maps.Equal(got, test.attributes) {
			t.Errorf("%s makes the span %s, %s with %v", test.message, span.Name, span.SpanKind, got)
		}
		failed := test.attributes["error.type"] != ""
		if (span.Status.Code == codes.Error) != failed || span.Status.Description != "" || len(span.Events) != 0 {
			t.Errorf("%s ends with %v and %v", test.message, span.Status, span.Events)
		}
	}
}

// The trace of a message's _meta takes precedence over that of the HTTP headers.
func TestTraceOfMetaTakesPrecedence(t *testing.T) {
	propagator := propagation.TraceContext{}
	const fromMeta, fromHeader = "0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"
	header := http.Header{"Traceparent": {"00-" + fromHeader + "-b7ad6b7169203331-01"}}
	for _, test := range []struct {
		meta *mcp.Meta
		want string
	}{
		{&mcp.Meta{AdditionalFields: map[string]any{"traceparent": "00-" + fromMeta + "-b7ad6b7169203331-01"}}, fromMeta},
		{&mcp.Meta{AdditionalFields: map[string]any{"traceparent": 7}}, fromHeader},
		{&mcp.Meta{}, fromHeader},
		{nil, fromHeader},
	} {
		ctx := propagator.Extract(t.Context(), propagation.HeaderCarrier(header))
		ctx = metaPropagator{propagator}.ExtractMeta(ctx, test.meta)
		if got := trace.SpanContextFromContext(ctx).TraceID().String(); got != test.want {
			t.Errorf("%v with the header's %s: got %s", test.meta, fromHeader, got)
		}
	}
}
