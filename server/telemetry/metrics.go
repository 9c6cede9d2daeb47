package telemetry

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	prometheus "github.com/VictoriaMetrics/metrics"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// The names of the metrics.
const (
	callsName    = "insights_mcp_tool_call_duration_seconds"
	upstreamName = "insights_mcp_upstream_request_duration_seconds"
	paidName     = "insights_mcp_paid_calls_total"
	waitersName  = "insights_mcp_waiters"
)

// help is what Prometheus is told of each.
func help() map[string]string {
	return map[string]string{
		callsName:    "How long tool calls took, by tool and outcome (ok, error).",
		upstreamName: "How long requests to LangSmith took, each sending of them; status none where no answer came.",
		paidName:     "What became of calls that cost: started, already_running (a double prevented) and the rest.",
		waitersName:  "How many calls wait for a job.",
	}
}

// metrics are what Prometheus is shown. Labels are names of tools, paths without
// ids, and outcomes: bounded, whatever callers send. The official client of
// Prometheus links protobuf and its reflection, which this library does not.
type metrics struct {
	set             *prometheus.Set
	calls, upstream []float64         // upper bounds in seconds
	helped          *strings.Replacer // puts the text after HELP, where the library writes none
}

func newMetrics() *metrics {
	// HELP and TYPE hang on a switch of the library's that holds for the whole
	// process. Nothing else uses the library, and the switch is only turned on.
	prometheus.ExposeMetadata(true)
	var texts []string
	for name, text := range help() {
		texts = append(texts, "# HELP "+name+"\n", "# HELP "+name+" "+text+"\n")
	}
	return &metrics{
		helped:   strings.NewReplacer(texts...),
		set:      prometheus.NewSet(),
		calls:    []float64{.005, .02, .1, .5, 2, 10, 30, 120, 600, 1800},
		upstream: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}, // the official client's default
	}
}

// countTools is middleware around every tool. A tool that is not there never
// comes here, so a caller cannot make labels up.
func (m *metrics) countTools(next mcpserver.ToolHandlerFunc) mcpserver.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		started := time.Now()
		result, err := next(ctx, request)
		outcome := "ok"
		if err != nil || result != nil && result.IsError {
			outcome = "error"
		}
		name := series(callsName, "outcome", outcome, "tool", request.Params.Name)
		m.set.GetOrCreatePrometheusHistogramExt(name, m.calls).UpdateDuration(started)
		return result, err
	}
}

// requestTook counts a request to LangSmith that was answered, or not, just now.
func (m *metrics) requestTook(method, path, status string, started time.Time) {
	name := series(upstreamName, "method", method, "path", path, "status", status)
	m.set.GetOrCreatePrometheusHistogramExt(name, m.upstream).UpdateDuration(started)
}

// PaidCall counts what became of a call that costs.
func (t *Telemetry) PaidCall(result string) {
	if t != nil && t.metrics != nil {
		t.metrics.set.GetOrCreateCounter(series(paidName, "result", result)).Inc()
	}
}

// Waiting shows how many calls wait for a job.
func (t *Telemetry) Waiting(count func() int) {
	if t != nil && t.metrics != nil {
		t.metrics.set.NewGauge(waitersName, func() float64 { return float64(count()) })
	}
}

// Handler serves the metrics; nil when they are off.
func (t *Telemetry) Handler() http.Handler {
	if t == nil || t.metrics == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", t.metrics.serve)
	return mux
}

func (m *metrics) serve(w http.ResponseWriter, _ *http.Request) {
	var page bytes.Buffer
	m.set.WritePrometheus(&page)
	prometheus.WriteGoMetrics(&page)
	prometheus.WriteProcMetrics(&page)
	prometheus.WriteFDMetrics(&page)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = m.helped.WriteString(w, page.String()) // whoever asked may have gone
}

// series is the name of a metric with its labels, in pairs, as Prometheus
// writes it.
func series(name string, labels ...string) string {
	var written strings.Builder
	written.Grow(128) // holds all but the longest
	written.WriteString(name)
	for i := 0; i < len(labels); i += 2 {
		written.WriteByte("{,"[min(i, 1)])
		written.WriteString(labels[i])
		written.WriteString(`="`)
		written.WriteString(escaped.Replace(strings.ToValidUTF8(labels[i+1], "\uFFFD")))
		written.WriteByte('"')
	}
	written.WriteByte('}')
	return written.String()
}

// escaped keeps a label's value from ending early; Prometheus knows these three.
var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
