package langsmith_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// clientOf returns a client that gets the same body for every request.
func clientOf(body string) *langsmith.Client {
	return client(newUpstream(newReply(http.StatusOK, body, "Date", "Sat, 31 Jan 2026 10:00:00 GMT")))
}

func TestReport(t *testing.T) {
	report, err := clientOf(`{
		"id":"22222222-2222-4222-8222-222222222222","name":"Weekly","status":"success","error":null,
		"created_at":"2026-01-31T10:00:00.123456","start_time":null,"end_time":"2026-01-31T09:00:00+02:00",
		"config_id":null,"shape":{"Refunds":3,"Other":4},"metadata":{"x":1},"unknown":{"deep":[1]},
		"clusters":[
			{"id":"33333333-3333-4333-8333-333333333333","parent_id":null,"level":1,"name":"Refunds","description":"d","num_runs":3,
			 "stats":{"run_count":3,"error_rate":"0.5","latency_p50":4.2,"cost_p50":null,"feedback":{"score":1}},"parent_name":null},
			{"id":"44444444-4444-4444-8444-444444444444","parent_id":"33333333-3333-4333-8333-333333333333","level":0,"name":"n","description":"","num_runs":1,"stats":null},
			{"id":"55555555-5555-4555-8555-555555555555","level":0,"name":"no stats","description":"","num_runs":0}],
		"report":{"title":null,"key_points":["k"],"created_at":"x","highlighted_traces":[
			{"run_id":"66666666-6666-4666-8666-666666666666","cluster_id":null,"rank":1,"highlight_reason":"r","summary":null}]}
	}`).GetJob(t.Context(), project, job)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 1, 31, 10, 0, 0, 123_456_000, time.UTC); !report.CreatedAt.Equal(want) {
		t.Errorf("created_at is %s", report.CreatedAt)
	}
	if !report.StartTime.IsZero() || report.EndTime.Hour() != 7 || report.EndTime.Location() != time.UTC {
		t.Errorf("window %s to %s", report.StartTime, report.EndTime)
	}
	if report.NumRuns() != 7 || !report.Status.Done() || report.Status.Failed() || report.Error != "" || report.ConfigID != uuid.Nil {
		t.Errorf("job %+v", report.Job)
	}
	if n := len(report.Clusters); n != 3 {
		t.Fatalf("%d clusters", n)
	}
	stats := report.Clusters[0].Stats
	for name, want := range map[string]float64{langsmith.StatRunCount: 3, langsmith.StatErrorRate: 0.5, langsmith.StatLatencyP50: 4.2} {
		if got, ok := stats.Number(name); !ok || got != want {
			t.Errorf("%s is %v, %t", name, got, ok)
		}
	}
	for _, name := range []string{langsmith.StatCostP50, "feedback", "missing"} {
		if got, ok := stats.Number(name); ok {
			t.Errorf("the missing %s is %v", name, got)
		}
	}
	if report.Clusters[0].ParentID != uuid.Nil || report.Clusters[1].ParentID != report.Clusters[0].ID || report.Clusters[2].Stats != nil {
		t.Errorf("clusters %+v", report.Clusters)
	}
	if s := report.Summary; s == nil || s.Title != "" || len(s.KeyPoints) != 1 || s.Highlighted[0].ClusterID != uuid.Nil || s.Highlighted[0].Reason != "r" {
		t.Errorf("summary %+v", report.Summary)
	}
}

func TestUnfinishedReport(t *testing.T) {
	for body, clusters := range map[string]int{
		`{"id":"22222222-2222-4222-8222-222222222222","status":"clustering_v2","clusters":[],"report":null}`: 0,
		`{"id":"22222222-2222-4222-8222-222222222222","status":"running","clusters":null}`:                   0,
	} {
		report, err := clientOf(body).GetJob(t.Context(), project, job)
		if err != nil || report.Status.Done() || report.Summary != nil || len(report.Clusters) != clusters {
			t.Errorf("%s: %+v, %v", body, report, err)
		}
	}
}

func TestStatus(t *testing.T) {
	for status, want := range map[langsmith.Status][2]bool{
		"success": {true, false}, "error": {true, true}, "failed": {true, true},
		"queued": {}, "pending": {}, "running": {}, "": {}, "something new": {},
	} {
		if got := [2]bool{status.Done(), status.Failed()}; got != want {
			t.Errorf("%q: done, failed are %v", status, got)
		}
	}
}

// A field of the wrong type does not fail the response, unless it is required.
func TestFieldsOfOtherTypes(t *testing.T) {
	page, err := clientOf(`{"clustering_jobs":[
		{"id":"22222222-2222-4222-8222-222222222222","name":7,"status":"success","error":{"message":"m"},"shape":[1],"created_at":12},
		{"id":"33333333-3333-4333-8333-333333333333","name":"second","shape":{"a":1.5,"b":2,"c":null}}]}`).ListJobs(t.Context(), project, uuid.Nil, 0, 0)
	if err != nil || len(page.Jobs) != 2 || page.Jobs[0].ID != job || page.Jobs[0].Status != "success" || page.Jobs[1].Name != "second" || page.Jobs[1].Shape["b"] != 2 {
		t.Errorf("the jobs are %+v, %v", page, err)
	}
	if want := time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC); err == nil && !page.Date.Equal(want) {
		t.Errorf("the response's date is %s", page.Date)
	}
	for _, body := range []string{`{"clustering_jobs":{"a":1}}`, `{"clustering_jobs":"none"}`, `{"jobs":[]}`, `[]`, `null`, `{"clustering_jobs":[{"id":"no id"}]}`} {
		if page, err := clientOf(body).ListJobs(t.Context(), project, uuid.Nil, 0, 0); err == nil {
			t.Errorf("%s is decoded as %+v", body, page)
		}
	}
	if page, err := clientOf(`{"clustering_jobs":null}`).ListJobs(t.Context(), project, uuid.Nil, 0, 0); err != nil || len(page.Jobs) != 0 {
		t.Errorf("null is not decoded as an empty list: %+v, %v", page, err)
	}
}

// A response to a paid request without a job is ambiguous.
func TestCreatedWithoutID(t *testing.T) {
	for _, body := range []string{`{}`, `{"id":null,"name":"n","status":"queued"}`, `{"id":7}`, `{"id":"x"}`, `{"job":{"id":"22222222-2222-4222-8222-222222222222"}}`, `null`, `[]`} {
		if failed := failure(t, create(t.Context(), clientOf(body))); !failed.Ambiguous() {
			t.Errorf("%s: %v", body, failed)
		}
	}
	for _, status := range []int{http.StatusNoContent, http.StatusAccepted} {
		if failed := failure(t, create(t.Context(), client(newUpstream(newReply(status, ""))))); !failed.Ambiguous() {
			t.Errorf("%d: %v", status, failed)
		}
	}
	created := newReply(http.StatusCreated, `{"id":"22222222-2222-4222-8222-222222222222"}`)
	if err := create(t.Context(), client(newUpstream(created))); err != nil {
		t.Errorf("201: %v", err)
	}
}

func TestJobRuns(t *testing.T) {
	page, err := clientOf(`{"offset":40,"runs":[
		{"id":"33333333-3333-4333-8333-333333333333","name":"chain","summary":"asked thrice","status":"error","error":"boom",
		 "start_time":"2026-01-31 10:00:00","session_id":"11111111-1111-4111-8111-111111111111","inputs":null,"inputs_preview":"hi","outputs":{"a":1},
		 "attributes":{"topic":"refund","gone":null},"urgent":true,"score":0.5,"nothing":null,"total_tokens":7},
		{"id":"not a uuid","summary":{"odd":1},"start_time":5},
		{"topic":"refund"}]}`).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{Offset: 20})
	if err != nil || len(page.Runs) != 3 || !page.More || page.Next != 40 {
		t.Fatalf("the runs are %+v, %v", page, err)
	}
	run := page.Runs[0]
	if run.ID != other || run.Summary != "asked thrice" || run.Error != "boom" || run.StartTime.Hour() != 10 || string(run.Inputs) != `"hi"` || string(run.Outputs) != `{"a":1}` {
		t.Errorf("run %+v", run)
	}
	attributes, _ := json.Marshal(run.Attributes)
	if string(attributes) != `{"score":0.5,"topic":"refund","urgent":true}` {
		t.Errorf("attributes %s", attributes)
	}
	if run := page.Runs[1]; run.ID != uuid.Nil || run.Summary != "" || run.Attributes != nil {
		t.Errorf("a run with fields of other types: %+v", run)
	}
	if run := page.Runs[2]; string(run.Attributes["topic"]) != `"refund"` {
		t.Errorf("a run with only attributes: %+v", run)
	}
}

// Paging ends for every response.
func TestJobRunsPagingEnds(t *testing.T) {
	const one = `[{"id":"33333333-3333-4333-8333-333333333333"}]`
	for body, more := range map[string]bool{
		`{"offset":21,"runs":` + one + `}`:   true,
		`{"offset":20,"runs":` + one + `}`:   false,
		`{"offset":1,"runs":` + one + `}`:    false,
		`{"offset":null,"runs":` + one + `}`: false,
		`{"runs":` + one + `}`:               false,
		`{"offset":40,"runs":[]}`:            false,
		`{"offset":"x","runs":` + one + `}`:  false,
	} {
		page, err := clientOf(body).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{Offset: 20})
		if err != nil || page.More != more || !more && page.Next != 0 {
			t.Errorf("%s: %+v, %v", body, page, err)
		}
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		`"2026-01-31T10:00:00Z"`:           "2026-01-31T10:00:00Z",
		`"2026-01-31T10:00:00"`:            "2026-01-31T10:00:00Z",
		`"2026-01-31T10:00:00.123456"`:     "2026-01-31T10:00:00.123456Z",
		`"2026-01-31T10:00:00.123456789Z"`: "2026-01-31T10:00:00.123456789Z",
		`"2026-01-31T10:00:00+05:30"`:      "2026-01-31T04:30:00Z",
		`"2026-01-31 10:00:00"`:            "2026-01-31T10:00:00Z",
		`"2026-01-31 10:00:00.5+00:00"`:    "2026-01-31T10:00:00.5Z",
		`"2026-01-31"`:                     "2026-01-31T00:00:00Z",
		`"soon"`:                           "",
		`""`:                               "",
		`null`:                             "",
		`1769853600`:                       "",
		`{}`:                               "",
	} {
		moment := langsmith.Time{Time: time.Unix(1, 0)}
		if err := json.Unmarshal([]byte(text), &moment); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		wantJSON := `"` + want + `"`
		if want == "" {
			wantJSON = "null"
		}
		if got, _ := json.Marshal(moment); string(got) != wantJSON {
			t.Errorf("%s is decoded as %s, want %s", text, got, wantJSON)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		`0`: "0", `1.5`: "1.5", `"1.5"`: "1.5", `"0"`: "0", `-3e2`: "-300", `"1e-3"`: "0.001",
		`null`: "null", `""`: "null", `"n/a"`: "null", `"NaN"`: "null", `"Infinity"`: "null", `1e999`: "null", `{}`: "null", `true`: "null",
	} {
		var n langsmith.Number
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, _ := json.Marshal(n); string(got) != want {
			t.Errorf("%s is decoded as %s, want %s", text, got, want)
		}
		if _, ok := n.Get(); ok != (want != "null") {
			t.Errorf("%s: has a value: %t", text, ok)
		}
	}
}

func TestConfigs(t *testing.T) {
	configs, err := clientOf(`{"configs":[
		{"id":"prebuilt-usage","name":"Usage","description":null,"config":{"name":null,"model":"openai"},"prebuilt":true,"schedule_cron":null},
		{"id":"33333333-3333-4333-8333-333333333333","name":"Mine","config":{},"prebuilt":false,"schedule_cron":"0 9 * * 1"}]}`).ListConfigs(t.Context(), project, true)
	if err != nil || len(configs) != 2 || configs[0].ID != "prebuilt-usage" || !configs[0].Prebuilt || configs[1].ScheduleCron != "0 9 * * 1" {
		t.Errorf("the configs are %+v, %v", configs, err)
	}
	if string(configs[0].Config) != `{"name":null,"model":"openai"}` {
		t.Errorf("the config is %s", configs[0].Config)
	}
}

// A response about another job is an error.
func TestJobOfAnotherID(t *testing.T) {
	_, err := client(newUpstream(newReply(200, `{"id":"`+other.String()+`","status":"error"}`))).GetJob(t.Context(), project, job)
	if failed := failure(t, err); failed.Status != 200 || !strings.Contains(failed.Error(), "about another job, "+other.String()) {
		t.Errorf("got %v", err)
	}
}

// Rows counts the items that cannot be read, so that a caller recognizes a full page.
func TestRowsOfAJobList(t *testing.T) {
	row := `{"id":"` + job.String() + `","status":"queued"}`
	for body, want := range map[string][2]int{
		`[]`:                                 {0, 0},
		`null`:                               {0, -1},
		`[` + row + `]`:                      {1, 1},
		`[` + row + `,{"id":null},null,"x"]`: {1, 4},
	} {
		page, err := clientOf(`{"clustering_jobs":`+body+`}`).ListJobs(t.Context(), project, uuid.Nil, 100, 0)
		if err != nil || len(page.Jobs) != want[0] || page.Rows != want[1] {
			t.Errorf("%s: %+v, %v", body, page, err)
		}
	}
}
