package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// TestHTTPTelemetry runs the http command with telemetry on and off. When it is on, the
// caller's trace, which comes in HTTP headers, is passed on to LangSmith and to the
// collector, and the metrics are served at their own address.
func TestHTTPTelemetry(t *testing.T) {
	const trace = "0af7651916cd43dd8448eb211c80319c"
	for _, observed := range []bool{true, false} {
		upstream := sandbox.New(sandbox.Options{AllowAnonymous: true})
		langSmith := httptest.NewServer(upstream)
		defer langSmith.Close()
		var batches atomic.Int32
		collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err == nil && strings.Contains(string(body), "tools/call create_insights_job") {
				batches.Add(1)
			}
			if text := string(body); strings.Contains(text, operatorKey) || strings.Contains(text, "made up") || strings.Contains(text, "chat-prod") {
				t.Errorf("the traces contain a secret or the caller's words: %q", text)
			}
		}))
		defer collector.Close()

		environment := map[string]string{"LANGSMITH_ENDPOINT": langSmith.URL, "LANGSMITH_API_KEY": operatorKey}
		args := []string{"--addr", "127.0.0.1:0"}
		if observed {
			environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.URL
			args = append(args, "--metrics-addr", "127.0.0.1:0")
		}
		r := runHTTP(t, environment, args...)
		create(t, r.address, trace)
		createInSession(t, r.address, trace)
		callUnknownMethod(t, r.address, "made up "+operatorKey)

		if (r.metrics != "") != observed {
			t.Fatalf("telemetry %t: metrics at %q", observed, r.metrics)
		}
		if status, _ := fetch(t, "http://"+r.address+"/metrics"); status != http.StatusNotFound {
			t.Errorf("the address of /mcp responds to /metrics with %d", status)
		}
		if observed {
			_, metrics := fetch(t, "http://"+r.metrics+"/metrics")
			if !strings.Contains(metrics, `insights_mcp_paid_calls_total{result="started"} 2`) {
				t.Errorf("the metrics do not count the jobs:\n%s", metrics)
			}
			if strings.Contains(metrics, operatorKey) || strings.Contains(metrics, "made up") {
				t.Errorf("the metrics contain a secret or the caller's words:\n%s", metrics)
			}
		}
		http.DefaultClient.CloseIdleConnections()
		r.end(t)
		for _, sent := range upstream.Requests() {
			if header := sent.Header.Get("Traceparent"); sent.Method == http.MethodPost && strings.Contains(header, trace) != observed {
				t.Errorf("telemetry %t: the paid request has the traceparent %q", observed, header)
			}
		}
		if (batches.Load() > 0) != observed {
			t.Errorf("telemetry %t: the collector was sent %d batches with the call", observed, batches.Load())
		}
	}
}

// create starts a job by a request of protocol version 2026-07-28 with a trace context.
func create(t *testing.T, address, trace string) {
	t.Helper()
	answer := stateless(t, address, trace, "tools/call", `"name":"create_insights_job","arguments":{"project":"chat-prod"},`)
	if !strings.Contains(answer, `"status":"queued"`) {
		t.Fatal(answer)
	}
}

// createInSession starts a job in a session, in a trace.
func createInSession(t *testing.T, address, trace string) {
	t.Helper()
	opened, _ := post(t, address, nil, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	_, answer := post(t, address, map[string]string{"Mcp-Session-Id": opened.Get("Mcp-Session-Id"), "Traceparent": "00-" + trace + "-b7ad6b7169203331-01"},
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"create_insights_job","arguments":{"project":"chat-prod","allow_duplicate":true}}}`)
	if !strings.Contains(answer, `"status":"queued"`) {
		t.Fatal(answer)
	}
}

// callUnknownMethod calls a method that MCP does not have.
func callUnknownMethod(t *testing.T, address, method string) {
	t.Helper()
	if answer := stateless(t, address, "", method, ""); !strings.Contains(answer, `"error"`) {
		t.Errorf("%s got the response %s", method, answer)
	}
}

// stateless sends a request of protocol version 2026-07-28, which has no session.
func stateless(t *testing.T, address, trace, method, params string) string {
	t.Helper()
	_, answer := post(t, address, map[string]string{
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": method, "Mcp-Name": "create_insights_job",
		"Traceparent": "00-" + trace + "-b7ad6b7169203331-01",
	}, `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":{`+params+`"_meta":{`+
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`)
	return answer
}

// post sends a message to /mcp.
func post(t *testing.T, address string, headers map[string]string, message string) (header http.Header, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/mcp", strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Header, string(text)
}

func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
