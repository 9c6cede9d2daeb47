package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/cli"
)

// Clients set OTEL_* for themselves and pass them on to the servers that they start.
// Whatever their values, the server starts, and its messages and OpenTelemetry's about
// them are in the log, as JSON.
func TestForeignOTELVariables(t *testing.T) {
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer collector.Close()
	for _, test := range []struct {
		name, value string
		says        string // the log
	}{
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "sesame", "OTEL_EXPORTER_OTLP_HEADERS"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "OTEL_EXPORTER_OTLP_TIMEOUT"},
		{"OTEL_TRACES_EXPORTER", "console", "OTEL_TRACES_EXPORTER"},
		{"OTEL_TRACES_SAMPLER", "sometimes", "sampler"},
		{"OTEL_RESOURCE_ATTRIBUTES", "sesame", "resource"},
		{"OTEL_RESOURCE_ATTRIBUTES", "name=%ff", "UTF-8"},
		{"OTEL_BSP_SCHEDULE_DELAY", "soon", "the collector responded with 400"},
		{"OTEL_METRICS_EXPORTER", "otlp", "the collector responded with 400"},
	} {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL) // the SDK reads the process's environment
			t.Setenv(test.name, test.value)
			environment := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, test.name: test.value, "HOME": t.TempDir()}
			var out, log bytes.Buffer
			code := cli.Run(t.Context(), []string{"--sandbox"}, func(name string) string { return environment[name] },
				strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`), &out, &log)
			if code != 0 || !strings.Contains(out.String(), `"result":{}`) {
				t.Errorf("code %d, stdout %s", code, out.String())
			}
			for line := range strings.Lines(log.String()) {
				if !json.Valid([]byte(line)) {
					t.Errorf("the log has a line that is not JSON: %q", line)
				}
			}
			if !strings.Contains(log.String(), test.says) || strings.Contains(test.name, "OTLP") && strings.Contains(log.String(), "sesame") {
				t.Errorf("the log lacks %s or shows a header:\n%s", test.says, log.String())
			}
		})
	}
}
