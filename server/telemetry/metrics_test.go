package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"langsmith-insights-mcp/tools/paid"
)

// scrape returns the metrics as Prometheus gets them.
func scrape(t *testing.T, observed *Telemetry) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	observed.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if kind := recorder.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=0.0.4;") {
		t.Errorf("the metrics have the content type %s", kind)
	}
	return recorder.Body.String()
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestMetrics checks the names and labels that dashboards and alerts depend on.
func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observed := Start(t.Context(), Options{Metrics: true, Version: "1.2.3"})
		observed.ObserveWaiters(func() int { return 3 })
		observed.ObserveState(func(context.Context) bool { return false })
		observed.CountPaidCall(paid.ResultStarted)
		server := newServer(observed)
		for _, message := range []string{
			`"method":"tools/call","params":{"name":"get_run"}`,
			`"method":"tools/call","params":{"name":"get_run","arguments":{"answer":"isError"}}`,
			`"method":"prompts/get","params":{"name":"what_changed"}`,
			`"method":"a customer's words"`,
		} {
			server.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,`+message+`}`))
		}
		transport := observed.Transport(roundTrip(func(r *http.Request) (*http.Response, error) {
			time.Sleep(300 * time.Millisecond)
			if r.Method == http.MethodDelete {
				return nil, &url.Error{Op: "Delete", URL: "a customer's words", Err: errors.New("a customer's words")}
			}
			return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader(""))}, nil
		}))
		for method, address := range map[string]string{
			http.MethodGet:    "https://api.smith.langchain.com/api/v1/runs/5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11?filter=words",
			http.MethodDelete: "http://127.0.0.1:1984/api/v1/runs/5B1E0F6E-3C1D-4F7A-9A52-6D1F0C2B8E11",
		} {
			response, err := transport.RoundTrip(httptest.NewRequest(method, address, nil))
			if err == nil {
				_ = response.Body.Close()
			}
		}
		page := scrape(t, observed)
		for _, want := range []string{
			"# TYPE mcp_server_operation_duration_seconds histogram",
			`mcp_server_operation_duration_seconds_count{error_type="",gen_ai_prompt_name="",gen_ai_tool_name="get_run",mcp_method_name="tools/call"} 1`,
			`mcp_server_operation_duration_seconds_count{error_type="tool_error",gen_ai_prompt_name="",gen_ai_tool_name="get_run",mcp_method_name="tools/call"} 1`,
			`mcp_server_operation_duration_seconds_count{error_type="",gen_ai_prompt_name="what_changed",gen_ai_tool_name="",mcp_method_name="prompts/get"} 1`,
			`mcp_server_operation_duration_seconds_count{error_type="_OTHER",gen_ai_prompt_name="",gen_ai_tool_name="",mcp_method_name="other"} 1`,
			`mcp_server_operation_duration_seconds_bucket{error_type="",gen_ai_prompt_name="",gen_ai_tool_name="get_run",mcp_method_name="tools/call",le="1800"} 1`,
			"# TYPE http_client_request_duration_seconds histogram",
			`http_client_request_duration_seconds_bucket{error_type="404",http_request_method="GET",http_response_status_code="404",server_address="api.smith.langchain.com",server_port="443",url_template="/api/v1/runs/{id}",le="0.25"} 0`,
			`http_client_request_duration_seconds_bucket{error_type="404",http_request_method="GET",http_response_status_code="404",server_address="api.smith.langchain.com",server_port="443",url_template="/api/v1/runs/{id}",le="0.5"} 1`,
			`http_client_request_duration_seconds_sum{error_type="404",http_request_method="GET",http_response_status_code="404",server_address="api.smith.langchain.com",server_port="443",url_template="/api/v1/runs/{id}"} 0.3`,
			`http_client_request_duration_seconds_count{error_type="*url.Error",http_request_method="DELETE",http_response_status_code="",server_address="127.0.0.1",server_port="1984",url_template="/api/v1/runs/{id}"} 1`,
			"# TYPE insights_mcp_paid_calls_total counter", `insights_mcp_paid_calls_total{result="started"} 1`,
			`insights_mcp_paid_calls_total{result="uncertain"} 0`, `insights_mcp_paid_calls_total{result="probably_started"} 0`,
			"# TYPE insights_mcp_waiters gauge", "insights_mcp_waiters 3",
			"# TYPE insights_mcp_state_usable gauge", "insights_mcp_state_usable 0",
			`insights_mcp_build_info{version="1.2.3"} 1`,
		} {
			if !strings.Contains(page, want+"\n") {
				t.Errorf("the metrics lack %s", want)
			}
		}
		if strings.Contains(page, "customer") || strings.Contains(page, "words") {
			t.Error("the metrics contain a caller's words")
		}
		if t.Failed() {
			t.Log(page)
		}
	})
}

// Go's and the process's metrics have the names that dashboards for Go programs query.
func TestGoAndProcessMetrics(t *testing.T) {
	page := scrape(t, Start(t.Context(), Options{Metrics: true}))
	wanted := []string{"go_goroutines gauge", "go_info gauge", "go_gc_duration_seconds summary", "go_memstats_alloc_bytes gauge", "go_memstats_sys_bytes gauge"}
	if runtime.GOOS == "linux" {
		wanted = append(wanted, "process_cpu_seconds_total counter", "process_resident_memory_bytes gauge", "process_open_fds gauge")
	}
	for _, name := range wanted {
		if !strings.Contains(page, "# TYPE "+name+"\n") {
			t.Errorf("the metrics lack %s", name)
		}
	}
}

// Two servers in one process count separately.
func TestMetricsPerServer(t *testing.T) {
	one, other := Start(t.Context(), Options{Metrics: true}), Start(t.Context(), Options{Metrics: true})
	one.CountPaidCall(paid.ResultStarted)
	if page := scrape(t, other); !strings.Contains(page, `insights_mcp_paid_calls_total{result="started"} 0`) {
		t.Errorf("the metrics of another server are shown:\n%s", page)
	}
}
