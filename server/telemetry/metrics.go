package telemetry

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"langsmith-insights-mcp/tools/paid"
)

// metrics are the server's Prometheus metrics. The durations are OpenTelemetry's
// mcp.server.operation.duration and http.client.request.duration, with their attributes
// as labels, spelled as Prometheus does. The values of labels are names of methods, tools
// and prompts, paths without ids, and outcomes, so that callers cannot add new ones.
type metrics struct {
	registry   *prometheus.Registry
	operations *prometheus.HistogramVec
	requests   *prometheus.HistogramVec
	paid       *prometheus.CounterVec
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "mcp_server_operation_duration_seconds", Help: "How long MCP requests and notifications took.",
			// The conventions' bounds, and two more: a wait may last half an hour.
			Buckets: []float64{.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800},
		}, []string{"mcp_method_name", "gen_ai_tool_name", "gen_ai_prompt_name", "error_type"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_client_request_duration_seconds", Help: "How long requests to LangSmith took; each retry counts.",
			Buckets: []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}, // the conventions'
		}, []string{"http_request_method", "server_address", "server_port", "url_template", "http_response_status_code", "error_type"}),
		paid: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "insights_mcp_paid_calls_total", Help: "Outcomes of paid calls: started, already_running (a duplicate prevented) and others.",
		}, []string{"result"}),
	}
	for _, result := range paid.Results() { // at 0 from the start: Prometheus' increase() misses the first call of a series that begins at 1
		m.paid.WithLabelValues(string(result))
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "insights_mcp_build_info", Help: "1, with the program's version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(build, m.operations, m.requests, m.paid,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// CountPaidCall counts the outcome of a paid call.
func (t *Telemetry) CountPaidCall(result paid.Result) {
	if t != nil && t.metrics != nil {
		t.metrics.paid.WithLabelValues(string(result)).Inc()
	}
}

// ObserveWaiters adds a gauge of the calls that wait for a job.
func (t *Telemetry) ObserveWaiters(count func() int) {
	if t != nil && t.metrics != nil {
		t.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "insights_mcp_waiters", Help: "How many calls wait for a job.",
		}, func() float64 { return float64(count()) }))
	}
}

// stateTimeout bounds a check of the state during a scrape.
const stateTimeout = 2 * time.Second

// ObserveState adds a gauge of whether the memory of paid calls can be written. Each
// scrape calls usable.
func (t *Telemetry) ObserveState(usable func(context.Context) bool) {
	if t != nil && t.metrics != nil {
		t.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "insights_mcp_state_usable", Help: "1 while the memory of paid calls (--state) can be written, else 0.",
		}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
			defer cancel()
			if usable(ctx) {
				return 1
			}
			return 0
		}))
	}
}

// Handler returns a handler that serves the metrics, nil when they are off.
func (t *Telemetry) Handler() http.Handler {
	if t == nil || t.metrics == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}
