package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/telemetry"
)

// TestTelemetry follows calls from their caller's trace to the requests upstream, and
// into the metrics, including one that fails and one that waits. Neither contains the
// arguments.
func TestTelemetry(t *testing.T) {
	exporter, log := tracetest.NewInMemoryExporter(), &logLines{}
	observed := telemetry.Start(t.Context(), telemetry.Options{Version: "test", Metrics: true, Exporter: exporter})
	upstream := sandbox.New(sandbox.Options{AllowAnonymous: true})
	backend, err := server.NewBackend(server.BackendOptions{
		Config:    &config.Config{Sandbox: true, Timeout: time.Minute, ShutdownTimeout: time.Second},
		Logger:    zerolog.New(log),
		Transport: upstream.RoundTripper(),
		Telemetry: observed,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	connected, stop, err := cli.Connect(t.Context(), server.NewMCP(backend), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	const trace = "0af7651916cd43dd8448eb211c80319c"
	call := func(ctx context.Context, tool string, arguments map[string]any) (*mcp.CallToolResult, error) {
		var request mcp.CallToolRequest
		request.Params.Name, request.Params.Arguments = tool, arguments
		request.Params.Meta = &mcp.Meta{
			ProgressToken:    tool,
			AdditionalFields: map[string]any{"traceparent": "00-" + trace + "-b7ad6b7169203331-01"},
		}
		return connected.CallTool(ctx, request)
	}
	for range 2 {
		result, err := call(t.Context(), "create_insights_job", map[string]any{"project": "chat-prod", "name": "a customer's words"})
		if err != nil || result.IsError {
			t.Fatalf("%v, %v", result, err)
		}
	}
	project := upstream.AddProject(sandbox.Project{Name: "a customer's project"})
	unknown := map[string]any{"session_id": project, "job_id": uuid.Max}
	if result, err := call(t.Context(), "get_insights_job", unknown); err != nil || !result.IsError {
		t.Fatalf("a job that is not there: %v, %v", result, err)
	}
	if result, err := call(t.Context(), "a_customers_tool", nil); err == nil {
		t.Fatalf("a tool that is not there: %v", result)
	}

	waits := make(chan struct{}, 1000)
	connected.OnNotification(func(n mcp.JSONRPCNotification) {
		if n.Method == string(mcp.MethodNotificationProgress) && n.Params.AdditionalFields["progressToken"] == "wait_for_insights_job" {
			waits <- struct{}{}
		}
	})
	waiting, leave := context.WithCancel(t.Context())
	defer leave()
	left := make(chan error, 1)
	go func() {
		job := upstream.AddJob(project, sandbox.Job{Status: "running"})
		_, err := call(waiting, "wait_for_insights_job", map[string]any{"session_id": project, "job_id": job, "timeout_seconds": 1800})
		left <- err
	}()
	select {
	case <-waits:
	case err := <-left:
		t.Fatalf("the wait ended with %v", err)
	}
	if metrics := scrape(observed); !strings.Contains(metrics, "insights_mcp_waiters 1\n") {
		t.Errorf("the metrics do not show the one that waits:\n%s", metrics)
	}
	leave()
	<-left
	if err := stop(); err != nil { // when the call has come to its end here too
		t.Fatal(err)
	}

	for _, sent := range upstream.Requests() {
		if sent.Method == http.MethodPost && !strings.Contains(sent.Header.Get("Traceparent"), trace) {
			t.Errorf("the paid request carries the trace %q", sent.Header.Get("Traceparent"))
		}
	}
	metrics := scrape(observed)
	for _, want := range []string{
		`mcp_server_operation_duration_seconds_count{error_type="",gen_ai_prompt_name="",gen_ai_tool_name="create_insights_job",mcp_method_name="tools/call"} 2`,
		`mcp_server_operation_duration_seconds_count{error_type="tool_error",gen_ai_prompt_name="",gen_ai_tool_name="get_insights_job",mcp_method_name="tools/call"} 1`,
		`http_client_request_duration_seconds_count{error_type="404",http_request_method="GET",http_response_status_code="404",server_address="sandbox.invalid",server_port="443",url_template="/api/v1/sessions/{id}/insights/{id}"} 1`,
		`insights_mcp_paid_calls_total{result="started"} 1`,
		`insights_mcp_paid_calls_total{result="already_running"} 1`,
		`http_client_request_duration_seconds_count{error_type="",http_request_method="POST",http_response_status_code="200",server_address="sandbox.invalid",server_port="443",url_template="/api/v1/sessions/{id}/insights"} 1`,
		"insights_mcp_waiters 0\n",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}

	// The exporter discards its spans when it stops, so they are read before.
	spans := flushSpans(t, observed, exporter)
	logged := map[string]bool{} // request ids of the calls in the trace
	for _, line := range log.take() {
		if line["message"] == "call" && line["trace_id"] == trace {
			logged[fmt.Sprint(line["request_id"])] = true
		}
	}
	names, joined := map[string]bool{}, 0
	for _, span := range spans {
		names[span.Name] = true
		if span.SpanContext.TraceID().String() != trace && strings.HasPrefix(span.Name, "tools/call") {
			t.Errorf("%s is in a trace of its own", span.Name)
		}
		for _, attribute := range span.Attributes {
			if attribute.Key == "insights.request_id" {
				delete(logged, attribute.Value.AsString())
				joined++
			}
		}
		for _, attribute := range span.Attributes {
			if text := attribute.Value.String(); strings.Contains(text, "chat-prod") || strings.Contains(text, "customer") {
				t.Errorf("%s has %s", span.Name, text)
			}
		}
	}
	if joined != 4 || len(logged) != 0 {
		t.Errorf("%d spans have a request id; the log's %v have no span", joined, logged)
	}
	for _, want := range []string{"tools/call create_insights_job", "tools/call get_insights_job", "POST /api/v1/sessions/{id}/insights"} {
		if !names[want] {
			t.Errorf("there is no span %s among %v", want, names)
		}
	}
	if strings.Contains(metrics, "chat-prod") || strings.Contains(metrics, "customer") {
		t.Error("the metrics contain an argument of a call")
	}
}

// scrape returns the metrics as Prometheus reads them.
func scrape(observed *telemetry.Telemetry) string {
	recorder := httptest.NewRecorder()
	observed.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return recorder.Body.String()
}

func flushSpans(t *testing.T, observed *telemetry.Telemetry, exporter *tracetest.InMemoryExporter) tracetest.SpanStubs {
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
