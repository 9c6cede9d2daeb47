package langsmith_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// oddIDs are invalid ids.
var oddIDs = []string{`"prebuilt-usage"`, `""`, `null`, `7`, `1e400`, `true`, `{}`, `[]`, `["22222222-2222-4222-8222-222222222222"]`, `"22222222-2222-4222-8222-22222222222"`, `"\ud83d"`}

// An invalid UUID is treated as absent and affects nothing else.
func TestInvalidIDs(t *testing.T) {
	for _, odd := range oddIDs {
		page, err := clientOf(`{"clustering_jobs":[{"id":"22222222-2222-4222-8222-222222222222","name":"a","config_id":`+odd+`},{"id":`+odd+`,"name":"b"}]}`).ListJobs(t.Context(), project, uuid.Nil, 0, 0)
		if err != nil || len(page.Jobs) != 1 || page.Jobs[0].Name != "a" || page.Jobs[0].ConfigID != uuid.Nil {
			t.Errorf("jobs with %s: %+v, %v", odd, page, err)
		}
		report, err := clientOf(`{"id":"22222222-2222-4222-8222-222222222222","config_id":`+odd+`,"clusters":[{"id":`+odd+`,"parent_id":`+odd+`,"name":"c","num_runs":2}],
			"report":{"title":"t","highlighted_traces":[{"run_id":`+odd+`,"cluster_id":`+odd+`,"highlight_reason":"r"}]}}`).GetJob(t.Context(), project, job)
		if err != nil || len(report.Clusters) != 1 || report.Clusters[0].NumRuns != 2 || report.Clusters[0].ID != uuid.Nil || report.Clusters[0].ParentID != uuid.Nil ||
			len(report.Summary.Highlighted) != 1 || report.Summary.Highlighted[0].Reason != "r" {
			t.Errorf("a report with %s: %+v, %v", odd, report, err)
		}
		runs, err := clientOf(`{"items":[{"id":"33333333-3333-4333-8333-333333333333","trace_id":`+odd+`,"parent_run_ids":[`+odd+`],"project_id":`+odd+`}]}`).ListRunsByID(t.Context(), project, []uuid.UUID{other})
		if err != nil || len(runs) != 1 || runs[0].ParentID != uuid.Nil {
			t.Errorf("runs with %s: %+v, %v", odd, runs, err)
		}
		projects, err := clientOf(`[{"id":"11111111-1111-4111-8111-111111111111","tenant_id":`+odd+`}]`).ListProjects(t.Context(), langsmith.ProjectsQuery{})
		if err != nil || len(projects) != 1 {
			t.Errorf("projects with %s: %+v, %v", odd, projects, err)
		}
	}
}

// Invalid Unicode is replaced by U+FFFD in every part of a response.
func TestInvalidUnicode(t *testing.T) {
	for _, odd := range []string{`\ud83d`, `\ude00`, `\ud83d\ud83d`, `\ud83dx`, `\ud83d\n`, "\xff", "\xc3(", "\xed\xa0\xbd", "\xf0\x9f\x98"} {
		page, err := clientOf(`{"runs":[{"id":"33333333-3333-4333-8333-333333333333","name":"`+odd+`","inputs":{"`+odd+`":["`+odd+`"]},"attributes":{"`+odd+`":"`+odd+`"}}]}`).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{})
		if err != nil || len(page.Runs) != 1 {
			t.Fatalf("%q: %+v, %v", odd, page, err)
		}
		var inputs map[string][]string
		if err := json.Unmarshal(page.Runs[0].Inputs, &inputs); err != nil || !utf8.Valid(page.Runs[0].Inputs) || strings.Contains(string(page.Runs[0].Inputs), `\ud`) {
			t.Errorf("%q: inputs %s, %v", odd, page.Runs[0].Inputs, err)
		}
		for name, value := range page.Runs[0].Attributes {
			if !strings.Contains(name, "\uFFFD") || !strings.Contains(string(value), "\uFFFD") {
				t.Errorf("%q: attribute %q is %s", odd, name, value)
			}
		}
		if !strings.Contains(page.Runs[0].Name, "\uFFFD") {
			t.Errorf("%q: the name is %q", odd, page.Runs[0].Name)
		}
	}
	if page, err := clientOf(`{"runs":[{"name":"\ud83d\ude00"}]}`).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{}); err != nil || page.Runs[0].Name != "😀" {
		t.Errorf("a valid surrogate pair: %+v, %v", page, err)
	}
}

// The numbers of items and members are bounded while they are read.
func TestTooManyItems(t *testing.T) {
	const id = `"id":"22222222-2222-4222-8222-222222222222"`
	many := func(item string) string { return strings.TrimSuffix(strings.Repeat(item+",", 1_000_000), ",") }
	for name, body := range map[string]string{
		"clusters":   `{` + id + `,"clusters":[` + many(`{}`) + `]}`,
		"key points": `{` + id + `,"report":{"key_points":[` + many(`""`) + `]}}`,
		"highlights": `{` + id + `,"report":{"highlighted_traces":[` + many(`{}`) + `]}}`,
		"shape":      `{` + id + `,"shape":{` + many(`"":1`) + `}}`,
	} {
		if report, err := clientOf(body).GetJob(t.Context(), project, job); err == nil || !strings.Contains(err.Error(), "more than 10000") {
			t.Errorf("%s: %d clusters, %v", name, len(report.Clusters), err)
		}
	}
	if _, err := clientOf(`{"clustering_jobs":[`+many(`{}`)+`]}`).ListJobs(t.Context(), project, uuid.Nil, 0, 0); err == nil || !strings.Contains(err.Error(), "more than 10000") {
		t.Errorf("jobs: %v", err)
	}
	for _, body := range []string{`{"runs":[` + many(`{}`) + `]}`, `{"runs":[{"attributes":{` + many(`"":1`) + `}}]}`} {
		page, err := clientOf(body).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{})
		if err == nil && (len(page.Runs) > 10_000 || len(page.Runs[0].Attributes) > 10_000) {
			t.Errorf("%d runs", len(page.Runs))
		}
	}
	page, err := clientOf(`{"runs":[{"inputs":[`+many(`{}`)+`]}]}`).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{})
	if err != nil || len(page.Runs) != 1 || len(page.Runs[0].Inputs) < 3_000_000-1 {
		t.Errorf("the inputs of a run are not bounded: %v", err)
	}
}

// Counts that are negative or too large are 0, so that no sum overflows.
func TestCountsOverflow(t *testing.T) {
	for _, count := range []string{"-1", "9223372036854775807", "9223372036854775808", "1e400", "1e18", "0.5", `"7"`, "null"} {
		report, err := clientOf(`{"id":"22222222-2222-4222-8222-222222222222","shape":{"a":`+count+`,"b":`+count+`,"c":2},"clusters":[{"num_runs":`+count+`}]}`).GetJob(t.Context(), project, job)
		if err != nil || report.NumRuns() != 2 || report.Clusters[0].NumRuns != 0 {
			t.Errorf("%s: %+v, %v", count, report, err)
		}
	}
	if _, err := client(newUpstream(newReply(http.StatusOK, `{"runs":[],"offset":-5}`))).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{}); err != nil {
		t.Error(err)
	}
	stats := langsmith.Stats{}
	if err := json.Unmarshal([]byte(`{"error_rate":1e999,"run_count":3,"latency_p50":"x","deep":{"a":[1]},"cost_p50":0.5}`), &stats); err != nil || len(stats) != 4 {
		t.Errorf("the stats are %v, %v", stats, err)
	}
}
