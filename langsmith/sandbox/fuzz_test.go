package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// newFuzzTarget returns a small sandbox with one object of each kind, and its operations.
func newFuzzTarget() (*sandbox.Sandbox, []string) {
	s := sandbox.New(sandbox.Options{Now: fixedTime, Empty: true, ReadsUntilDone: 1, AllowAnonymous: true})
	project := s.AddProject(sandbox.Project{Name: "p", Runs: []trace.Run{
		{Name: "a", End: start.Add(time.Second), Inputs: map[string]any{"q": "my refund is late"}},
		{Name: "b", Error: "boom", Inputs: map[string]any{"q": "my refund is wrong"}},
	}})
	run := s.AddRuns(project, trace.Run{Name: "c"})[0].String()
	cluster := sandbox.Cluster{ID: uuid.Max, Name: "c", NumRuns: 1}
	job := s.AddJob(project, sandbox.Job{Clusters: []sandbox.Cluster{cluster}, Runs: []sandbox.JobRun{{ClusterID: cluster.ID, Fields: map[string]any{"id": run}}}}).String()
	base := "/sessions/" + project.String() + "/insights"
	do := func(path, body string) string {
		req, _ := http.NewRequest("POST", "http://sandbox"+path, strings.NewReader(body))
		resp, err := s.RoundTripper().RoundTrip(req)
		if err != nil {
			return ""
		}
		defer func() { _ = resp.Body.Close() }()
		var made struct{ ID string }
		_ = json.NewDecoder(resp.Body).Decode(&made)
		return made.ID
	}
	config := do(base+"/configs", `{"name": "c", "config": {}}`)
	started := do(base, `{}`)
	dataset := do("/datasets", `{"name": "d"}`)
	queue := do("/annotation-queues", `{"name": "q"}`)
	return s, []string{
		"GET /sessions", "POST /sessions", "GET /sessions/" + project.String(),
		"GET " + base, "POST " + base, "GET " + base + "/" + started, "PATCH " + base + "/" + job,
		"DELETE " + base + "/" + job, "GET " + base + "/" + job + "/runs",
		"GET " + base + "/" + job + "/clusters/" + cluster.ID.String(),
		"GET " + base + "/configs", "POST " + base + "/configs", "POST " + base + "/configs/generate",
		"PATCH " + base + "/configs/" + config, "DELETE " + base + "/configs/" + config,
		"GET /runs/" + run, "POST /runs/query", "POST /runs/batch", "GET /datasets", "POST /datasets",
		"POST /examples/bulk", "GET /examples?dataset=" + dataset, "GET /annotation-queues",
		"POST /annotation-queues", "POST /annotation-queues/" + queue + "/runs",
		"GET /annotation-queues/" + queue + "/runs", "GET /workspaces", "GET /workspaces/current/secrets",
		"GET /%2e%2e//sessions/" + run, "TRACE /", "GET /sessions/" + strings.Repeat("x/", 200),
	}
}

// FuzzRequests checks that the sandbox responds to any request with JSON that fits
// LangSmith's OpenAPI document, without a server error and without a panic.
func FuzzRequests(f *testing.F) {
	for op, body := range map[uint8]string{
		1:  `{"name": "x", "start_time": "2026-03-01T00:00:00Z"}`,
		4:  `{"hierarchy": [1e3], "partitions": {"": ""}, "summary_prompt": "{{run.error}}", "attribute_schemas": {"a": {"type": "number"}}}`,
		11: `{"name": "n", "config": {"filter": "and(eq(name, 'a'))"}, "schedule_cron": "* * * * *"}`,
		13: `{"config": null, "schedule_cron": null}`,
		16: `{"id": ["00000000-0000-0000-0000-000000000000"], "filter": "search('refund')", "select": []}`,
		17: `{"post": [{"id": "00000000-0000-0000-0000-00000000000a", "name": "\u0000", "run_type": "llm", "start_time": "0001-01-01"}], "patch": [null]}`,
		20: `[{"dataset_id": "00000000-0000-0000-0000-000000000000", "split": 1}]`,
		24: `[{"run_id": 1}, null, "x"]`,
	} {
		f.Add(op, "limit=1&offset=1&sort_by=name", body)
	}
	f.Add(uint8(4), "", `{"sample": 1e-400, "last_n_hours": 99999999999, "end_time": "9999-12-31T23:59:59.999999999-23:59"}`)
	f.Add(uint8(8), "attribute_sort_key=x&attribute_sort_order=desc&offset=99999999999999999999", strings.Repeat("[", 10_000))
	f.Add(uint8(5), "include_stats=%zz;", "\xff")
	f.Fuzz(func(t *testing.T, op uint8, query, body string) {
		s, operations := newFuzzTarget()
		method, path, _ := strings.Cut(operations[int(op)%len(operations)], " ")
		target, err := url.Parse("http://sandbox" + path)
		if err != nil {
			t.Fatal(err)
		}
		if target.RawQuery == "" {
			target.RawQuery = query
		}
		req := (&http.Request{
			Method: method, URL: target, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)),
		}).WithContext(t.Context())
		resp, err := s.RoundTripper().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 500 || !json.Valid(answer) {
			t.Fatalf("%s %s: status %d, %q, %v", method, path, resp.StatusCode, answer, err)
		}
		if resp.StatusCode < 300 || resp.StatusCode == 422 && !bytes.Contains(answer, []byte(`"detail":[{`)) {
			record(t, req, nil, resp, answer)
		}
		// What an earlier request stored must not break later requests.
		for _, next := range []string{"GET /sessions?include_stats=true", "POST /runs/query"} {
			method, path, _ := strings.Cut(next, " ")
			body := `{"session": ["` + uuid.NewString() + `"], "filter": "search('x')"}`
			req, _ := http.NewRequestWithContext(t.Context(), method, "http://sandbox"+path, strings.NewReader(body))
			resp, err := s.RoundTripper().RoundTrip(req)
			if err != nil || resp.StatusCode != 200 {
				t.Fatalf("a later request: %v %v", resp, err)
			}
			_ = resp.Body.Close()
		}
	})
}
