package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/telemetry"
)

// TestACallIsSeenFromOutside follows one call from its caller's trace to the
// requests upstream, and into the metrics; neither shows what was asked.
func TestACallIsSeenFromOutside(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	observed, err := telemetry.Start(t.Context(), telemetry.Options{Version: "test", Metrics: true, Exporter: exporter})
	if err != nil {
		t.Fatal(err)
	}
	upstream := sandbox.New(sandbox.Options{AllowAnonymous: true})
	backend, err := server.NewBackend(t.Context(), server.BackendOptions{
		Config:    &config.Config{Sandbox: true, State: "memory", Timeout: time.Minute, ShutdownTimeout: time.Second},
		Logger:    zerolog.Nop(),
		Transport: upstream.RoundTripper(),
		Telemetry: observed,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	connected, stop, err := backend.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const trace = "0af7651916cd43dd8448eb211c80319c"
	var request mcp.CallToolRequest
	request.Params.Name = "create_insights_job"
	request.Params.Arguments = map[string]any{"project": "chat-prod", "name": "a customer's words"}
	request.Params.Meta = &mcp.Meta{AdditionalFields: map[string]any{"traceparent": "00-" + trace + "-b7ad6b7169203331-01"}}
	for range 2 {
		if result, err := connected.CallTool(t.Context(), request); err != nil || result.IsError {
			t.Fatalf("%v, %v", result, err)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	for _, sent := range upstream.Requests() {
		if sent.Method == http.MethodPost && !strings.Contains(sent.Header.Get("Traceparent"), trace) {
			t.Errorf("the paid request carries the trace %q", sent.Header.Get("Traceparent"))
		}
	}
	recorder := httptest.NewRecorder()
	observed.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	metrics := recorder.Body.String()
	for _, want := range []string{
		`insights_mcp_tool_call_duration_seconds_count{outcome="ok",tool="create_insights_job"} 2`,
		`insights_mcp_paid_calls_total{result="started"} 1`,
		`insights_mcp_paid_calls_total{result="already_running"} 1`,
		`insights_mcp_upstream_request_duration_seconds_count{method="POST",path="/api/v1/sessions/{id}/insights",status="200"} 1`,
		"insights_mcp_waiters 0",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}

	// The exporter forgets its spans when it stops, so it is asked before.
	spans := flushed(t, observed, exporter)
	names := map[string]bool{}
	for _, span := range spans {
		names[span.Name] = true
		if span.SpanContext.TraceID().String() != trace && strings.HasPrefix(span.Name, "tool.") {
			t.Errorf("%s is in a trace of its own", span.Name)
		}
		for _, attribute := range span.Attributes {
			if text := attribute.Value.String(); strings.Contains(text, "chat-prod") || strings.Contains(text, "customer") {
				t.Errorf("%s tells %s", span.Name, text)
			}
		}
	}
	for _, want := range []string{"mcp.tools/call", "tool.create_insights_job", "POST /api/v1/sessions/{id}/insights"} {
		if !names[want] {
			t.Errorf("there is no span %s among %v", want, names)
		}
	}
	if strings.Contains(metrics, "chat-prod") || strings.Contains(metrics, "customer") {
		t.Error("the metrics tell what was asked")
	}
}

func flushed(t *testing.T, observed *telemetry.Telemetry, exporter *tracetest.InMemoryExporter) tracetest.SpanStubs {
	t.Helper()
	if err := observed.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans := exporter.GetSpans()
	if err := observed.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	return spans
}
