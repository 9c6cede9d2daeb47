package telemetry

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/tools/paid"
)

// servedMetrics returns a page of /metrics that has every metric.
func servedMetrics(t *testing.T) string {
	t.Helper()
	observed := Start(t.Context(), Options{Metrics: true})
	observed.ObserveWaiters(func() int { return 0 })
	observed.ObserveState(func(context.Context) bool { return true })
	observed.metrics.operations.WithLabelValues("", "", "", "")
	observed.metrics.requests.WithLabelValues("", "", "", "", "", "")
	served := httptest.NewRecorder()
	observed.Handler().ServeHTTP(served, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return served.Body.String()
}

// The documentation lists every metric of the server's own, with its labels.
func TestMetricsInDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^ *\\| `([a-z_]+)` \\| ([a-z_, ]*)\\|").FindAllStringSubmatch(string(text), -1) {
		labels := strings.Fields(strings.ReplaceAll(row[2], ",", ""))
		slices.Sort(labels)
		documented[row[1]] = labels
	}
	page := servedMetrics(t)
	found := 0
	for _, metric := range regexp.MustCompile(`(?m)^# TYPE (\w+) (\w+)$`).FindAllStringSubmatch(page, -1) {
		name, sample := metric[1], metric[1]
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		if metric[2] == "histogram" {
			sample += "_count"
		}
		line := regexp.MustCompile(`(?m)^` + sample + `[{ ].*`).FindString(page)
		labels := []string{}
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(line, -1) {
			labels = append(labels, label[1])
		}
		slices.Sort(labels)
		if want, has := documented[name]; !has || !slices.Equal(labels, want) {
			t.Errorf("docs/deployment.md has no row for the metric %s with the labels %q", name, labels)
		}
		found++
	}
	if found < 6 {
		t.Errorf("only %d metrics were found in\n%s", found, page)
	}
}

// The documentation has a row for every result of a paid call, and no other.
func TestPaidCallResultsInDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| `outcome` of a paid call |")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented []paid.Result
	for _, row := range regexp.MustCompile("(?m)^ *\\| (`[^|]*) \\|").FindAllStringSubmatch(table, -1) {
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			documented = append(documented, paid.Result(name[1]))
		}
	}
	if !slices.Equal(documented, paid.Results()) {
		t.Errorf("docs/deployment.md has the results %q, want %q", documented, paid.Results())
	}
}

// The alerts and the dashboard use metrics and labels that exist.
func TestAlertsAndDashboard(t *testing.T) {
	page := servedMetrics(t)
	metric := regexp.MustCompile(`\b(?:mcp_server|http_client|insights_mcp|process|go)_\w+`)
	label := regexp.MustCompile(`(\w+)(?:=~|!=|=)"`)
	grouping := regexp.MustCompile(`\b(?:by|on) \(([^)]*)\)`)
	for name, expressions := range map[string][]string{"alerts.yaml": alertExpressions(t), "dashboard.json": dashboardExpressions(t)} {
		if len(expressions) < 5 {
			t.Fatalf("%s has the expressions %q", name, expressions)
		}
		for _, expression := range expressions {
			names := metric.FindAllString(expression, -1)
			if len(names) == 0 {
				t.Errorf("%s: no metric in %s", name, expression)
			}
			labels := []string{"le", "job", "instance"} // histograms have le, and Prometheus adds the others
			for _, name := range names {
				line := regexp.MustCompile(`(?m)^` + name + `[{ ].*`).FindString(page)
				if line == "" {
					t.Errorf("there is no metric %s", name)
				}
				for _, match := range label.FindAllStringSubmatch(line, -1) {
					labels = append(labels, match[1])
				}
			}
			used := []string{}
			for _, match := range label.FindAllStringSubmatch(expression, -1) {
				used = append(used, match[1])
			}
			for _, match := range grouping.FindAllStringSubmatch(expression, -1) {
				used = append(used, strings.Split(match[1], ", ")...)
			}
			for _, name := range used {
				if !slices.Contains(labels, name) {
					t.Errorf("%v have no label %s", names, name)
				}
			}
		}
	}
	if want := `result=~"` + string(paid.ResultUncertain) + "|" + string(paid.ResultProbably) + `"`; !strings.Contains(strings.Join(alertExpressions(t), "\n"), want) {
		t.Errorf("no alert has %s", want)
	}
}

// alertExpressions reads the expressions of the alerts, each on the lines after its key.
func alertExpressions(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../deploy/monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var expressions []string
	for _, match := range regexp.MustCompile(`(?s)\n        expr: (.*?)\n        \w+: `).FindAllSubmatch(text, -1) {
		expressions = append(expressions, string(match[1]))
	}
	return expressions
}

func dashboardExpressions(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../deploy/monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	var expressions []string
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	return expressions
}
