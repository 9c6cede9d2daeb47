package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scraped is what Prometheus' own parser makes of the metrics.
func scraped(t *testing.T, observed *Telemetry) map[string]*dto.MetricFamily {
	t.Helper()
	recorder := httptest.NewRecorder()
	observed.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	page := recorder.Body.String()
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%v in\n%s", err, page)
	}
	return families
}

// withMetrics observes by metrics alone.
func withMetrics(t *testing.T) *Telemetry {
	t.Helper()
	observed, err := Start(t.Context(), Options{Metrics: true})
	if err != nil {
		t.Fatal(err)
	}
	return observed
}

// TestMetricsKeepTheirForm holds what dashboards and alerts are built on.
func TestMetricsKeepTheirForm(t *testing.T) {
	observed := withMetrics(t)
	observed.Waiting(func() int { return 3 })
	observed.PaidCall("started")
	tool := observed.metrics.countTools(func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, errors.New("failed")
	})
	var request mcp.CallToolRequest
	request.Params.Name = "get_run"
	_, _ = tool(t.Context(), request)
	observed.metrics.requestTook("GET", "/api/v1/runs/{id}", "200", time.Now().Add(-300*time.Millisecond))

	families := scraped(t, observed)
	for _, want := range []struct {
		name, help string
		kind       dto.MetricType
		labels     string
		bounds     []float64
	}{
		{"insights_mcp_tool_call_duration_seconds", "How long tool calls took, by tool and outcome (ok, error).", dto.MetricType_HISTOGRAM,
			"outcome=error tool=get_run", []float64{.005, .02, .1, .5, 2, 10, 30, 120, 600, 1800}},
		{"insights_mcp_upstream_request_duration_seconds", "How long requests to LangSmith took, each sending of them; status none where no answer came.", dto.MetricType_HISTOGRAM,
			"method=GET path=/api/v1/runs/{id} status=200", []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}},
		{"insights_mcp_paid_calls_total", "What became of calls that cost: started, already_running (a double prevented) and the rest.", dto.MetricType_COUNTER,
			"result=started", nil},
		{"insights_mcp_waiters", "How many calls wait for a job.", dto.MetricType_GAUGE, "", nil},
	} {
		family := families[want.name]
		if family.GetHelp() != want.help || family.GetType() != want.kind || len(family.GetMetric()) != 1 {
			t.Errorf("%s is %v", want.name, family)
			continue
		}
		one := family.GetMetric()[0]
		var labels []string
		for _, label := range one.GetLabel() {
			labels = append(labels, label.GetName()+"="+label.GetValue())
		}
		if got := strings.Join(labels, " "); got != want.labels {
			t.Errorf("%s has the labels %s", want.name, got)
		}
		var bounds []float64
		for _, bucket := range one.GetHistogram().GetBucket() {
			bounds = append(bounds, bucket.GetUpperBound())
		}
		if last := len(bounds) - 1; last >= 0 {
			bounds = bounds[:last] // that of +Inf
		}
		if !slices.Equal(bounds, want.bounds) {
			t.Errorf("%s has the bounds %v", want.name, bounds)
		}
	}
	took := families["insights_mcp_upstream_request_duration_seconds"].GetMetric()[0].GetHistogram()
	if below, above := took.GetBucket()[5].GetCumulativeCount(), took.GetBucket()[8].GetCumulativeCount(); below != 0 || above != 1 || took.GetSampleSum() < .3 {
		t.Errorf("a request of 0.3 s is counted as %v", took)
	}
	if waiters := families["insights_mcp_waiters"].GetMetric()[0].GetGauge().GetValue(); waiters != 3 {
		t.Errorf("%v wait, not 3", waiters)
	}
}

// Go's own metrics and the process's are there by the names that dashboards for
// Go programs ask for, with their types.
func TestGoAndTheProcessAreShown(t *testing.T) {
	families := scraped(t, withMetrics(t))
	wanted := map[string]dto.MetricType{
		"go_goroutines":                 dto.MetricType_GAUGE,
		"go_threads":                    dto.MetricType_GAUGE,
		"go_info":                       dto.MetricType_GAUGE,
		"go_gc_duration_seconds":        dto.MetricType_SUMMARY,
		"go_memstats_alloc_bytes":       dto.MetricType_GAUGE,
		"go_memstats_alloc_bytes_total": dto.MetricType_COUNTER,
		"go_memstats_heap_inuse_bytes":  dto.MetricType_GAUGE,
		"go_memstats_next_gc_bytes":     dto.MetricType_GAUGE,
		"go_memstats_sys_bytes":         dto.MetricType_GAUGE,
	}
	if runtime.GOOS == "linux" { // elsewhere the library knows some of them
		wanted["process_cpu_seconds_total"] = dto.MetricType_COUNTER
		for _, gauge := range []string{"resident_memory_bytes", "virtual_memory_bytes", "start_time_seconds", "open_fds", "max_fds"} {
			wanted["process_"+gauge] = dto.MetricType_GAUGE
		}
	}
	for name, kind := range wanted {
		if family := families[name]; family == nil || family.GetType() != kind {
			t.Errorf("%s is %v", name, family)
		}
	}
}

// Two servers in one process count apart.
func TestMetricsAreTheServersOwn(t *testing.T) {
	one, other := withMetrics(t), withMetrics(t)
	one.PaidCall("started")
	if family := scraped(t, other)["insights_mcp_paid_calls_total"]; family != nil {
		t.Errorf("another server's are shown: %v", family)
	}
}

// What a proxy needs to tell the format by.
func TestMetricsAreText(t *testing.T) {
	recorder := httptest.NewRecorder()
	withMetrics(t).Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if kind := recorder.Header().Get("Content-Type"); kind != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("the metrics are %s", kind)
	}
}

// FuzzLabels looks for a value that ends its label early, or makes up another.
func FuzzLabels(f *testing.F) {
	for _, value := range []string{"/api/v1/runs/{id}", `"`, `\`, `\"`, "a\nb", "\xff", `a",le="1"} 1`, "# HELP insights_mcp_waiters\n", "ä{}=,", ""} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		observed := withMetrics(t)
		observed.metrics.requestTook("GET", value, "200", time.Now())
		observed.PaidCall(value)
		families := scraped(t, observed)
		want := strings.ToValidUTF8(value, "\uFFFD")
		request := families[upstreamName].GetMetric()[0].GetLabel()
		paid := families[paidName].GetMetric()[0].GetLabel()
		if len(request) != 3 || request[1].GetValue() != want || len(paid) != 1 || paid[0].GetValue() != want {
			t.Errorf("%q is shown as %v and %v", value, request, paid)
		}
	})
}

// BenchmarkLabels is what a call pays for being counted.
func BenchmarkLabels(b *testing.B) {
	m := newMetrics()
	for b.Loop() {
		m.requestTook("GET", "/api/v1/sessions/{id}/insights/{id}", "200", time.Now())
	}
}
