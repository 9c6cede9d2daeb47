package telemetry

import (
	"context"
	"net/http"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what Prometheus is shown. Labels are names of tools, paths without
// ids, and outcomes: bounded, whatever callers send.
type metrics struct {
	calls    *prometheus.HistogramVec // tool, outcome
	upstream *prometheus.HistogramVec // method, path, status
	paid     *prometheus.CounterVec   // result
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "insights_mcp_tool_call_duration_seconds", Help: "How long tool calls took, by tool and outcome (ok, error).",
			Buckets: []float64{.005, .02, .1, .5, 2, 10, 30, 120, 600, 1800},
		}, []string{"tool", "outcome"}),
		upstream: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "insights_mcp_upstream_request_duration_seconds", Help: "How long requests to LangSmith took, each sending of them; status none where no answer came.",
			Buckets: prometheus.DefBuckets,
		}, []string{"method", "path", "status"}),
		paid: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "insights_mcp_paid_calls_total", Help: "What became of calls that cost: started, already_running (a double prevented) and the rest.",
		}, []string{"result"}),
	}
	registry.MustRegister(m.calls, m.upstream, m.paid, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
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
		m.calls.WithLabelValues(request.Params.Name, outcome).Observe(time.Since(started).Seconds())
		return result, err
	}
}

// PaidCall counts what became of a call that costs.
func (t *Telemetry) PaidCall(result string) {
	if t != nil && t.metrics != nil {
		t.metrics.paid.WithLabelValues(result).Inc()
	}
}

// Waiting shows how many calls wait for a job.
func (t *Telemetry) Waiting(count func() int) {
	if t != nil && t.registry != nil {
		t.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "insights_mcp_waiters", Help: "How many calls wait for a job.",
		}, func() float64 { return float64(count()) }))
	}
}

// Handler serves the metrics; nil when they are off.
func (t *Telemetry) Handler() http.Handler {
	if t == nil || t.registry == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{}))
	return mux
}
