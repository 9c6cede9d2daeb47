package langsmith_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// operation is one method of the client: its request, its response, and whether it is
// retried after an ambiguous failure.
type operation struct {
	name       string
	call       func(context.Context, *langsmith.Client) error
	method     string
	target     string // path and query below the endpoint
	body       string
	answer     string
	repeatable bool
}

const (
	base    = "/api/v1/sessions/11111111-1111-4111-8111-111111111111/insights"
	oneJob  = base + "/22222222-2222-4222-8222-222222222222"
	oneConf = base + "/configs/33333333-3333-4333-8333-333333333333"
)

func operations() []operation {
	type ctx = context.Context
	type client = *langsmith.Client
	return []operation{
		{"CreateInsightsJob", create,
			"POST", base, `{}`, `{"id":"22222222-2222-4222-8222-222222222222","name":"n","status":"queued"}`, false},
		{"ListJobs", func(ctx ctx, c client) error { return discard(c.ListJobs(ctx, project, other, 5, 10)) },
			"GET", base + "?config_id=33333333-3333-4333-8333-333333333333&limit=5&offset=10", "", `{"clustering_jobs":[]}`, true},
		{"GetJob", func(ctx ctx, c client) error { return discard(c.GetJob(ctx, project, job)) },
			"GET", oneJob, "", `{"id":"22222222-2222-4222-8222-222222222222","clusters":[],"report":null}`, true},
		{"RenameJob", func(ctx ctx, c client) error { return discard(c.RenameJob(ctx, project, job, "a <new> name")) },
			"PATCH", oneJob, `{"name":"a <new> name"}`, `{"name":"a <new> name","status":"success"}`, true},
		{"DeleteJob", func(ctx ctx, c client) error { return discard(c.DeleteJob(ctx, project, job)) },
			"DELETE", oneJob, "", `{"id":"22222222-2222-4222-8222-222222222222","message":"gone"}`, true},
		{"GetCluster", func(ctx ctx, c client) error { return discard(c.GetCluster(ctx, project, job, other)) },
			"GET", oneJob + "/clusters/33333333-3333-4333-8333-333333333333", "", `{"id":"33333333-3333-4333-8333-333333333333"}`, true},
		{"ListJobRuns", func(ctx ctx, c client) error {
			return discard(c.ListJobRuns(ctx, project, job, langsmith.JobRunsQuery{
				ClusterID: other, Limit: 7, Offset: 14, SortKey: "topic & tone", SortOrder: "desc",
			}))
		}, "GET", oneJob + "/runs?attribute_sort_key=topic+%26+tone&attribute_sort_order=desc&cluster_id=33333333-3333-4333-8333-333333333333&limit=7&offset=14",
			"", `{"runs":[],"offset":null}`, true},
		{"ListConfigs", func(ctx ctx, c client) error { return discard(c.ListConfigs(ctx, project, true)) },
			"GET", base + "/configs?include_prebuilts=true", "", `{"configs":[]}`, true},
		{"CreateConfig", func(ctx ctx, c client) error {
			return discard(c.CreateConfig(ctx, project, &langsmith.CreateConfigRequest{
				Name: "n", Config: &langsmith.CreateInsightsJobRequest{Filter: langsmith.Some(`gt(latency, 2)`)},
				ScheduleCron: langsmith.Null[string](),
			}))
		}, "POST", base + "/configs", `{"name":"n","config":{"filter":"gt(latency, 2)"},"schedule_cron":null}`, `{"id":"x","name":"n"}`, false},
		{"UpdateConfig", func(ctx ctx, c client) error {
			return discard(c.UpdateConfig(ctx, project, other, &langsmith.UpdateConfigRequest{
				Description: langsmith.Some("d"), ScheduleCron: langsmith.Null[string](),
			}))
		}, "PATCH", oneConf, `{"description":"d","schedule_cron":null}`, `{"id":"x","name":"n"}`, true},
		{"DeleteConfig", func(ctx ctx, c client) error { return discard(c.DeleteConfig(ctx, project, other)) },
			"DELETE", oneConf, "", `{"id":"33333333-3333-4333-8333-333333333333","message":"gone"}`, true},
		{"GenerateConfig", func(ctx ctx, c client) error {
			return discard(c.GenerateConfig(ctx, project, &langsmith.GenerateConfigRequest{UserContext: map[string]string{"q": "a"}}))
		}, "POST", base + "/configs/generate", `{"user_context":{"q":"a"}}`, `{"summary_prompt":"{{run.inputs}}"}`, false},
		{"ListProjects", func(ctx ctx, c client) error {
			return discard(c.ListProjects(ctx, langsmith.ProjectsQuery{Name: "chat prod", NameContains: "chat", Limit: 20, Offset: 40, Stats: true}))
		}, "GET", "/api/v1/sessions?include_stats=true&limit=20&name=chat+prod&name_contains=chat&offset=40&reference_free=true", "", `[]`, true},
		{"GetProject", func(ctx ctx, c client) error { return discard(c.GetProject(ctx, project)) },
			"GET", "/api/v1/sessions/11111111-1111-4111-8111-111111111111?include_stats=false", "", `{"id":"11111111-1111-4111-8111-111111111111"}`, true},
		{"CreateProject", func(ctx ctx, c client) error { return discard(c.CreateProject(ctx, "chats")) },
			"POST", "/api/v1/sessions?upsert=true", `{"name":"chats"}`, `{"id":"11111111-1111-4111-8111-111111111111"}`, true},
		{"ListWorkspaces", func(ctx ctx, c client) error { return discard(c.ListWorkspaces(ctx)) },
			"GET", "/api/v1/workspaces", "", `[]`, true},
		{"ListSecretNames", func(ctx ctx, c client) error { return discard(c.ListSecretNames(ctx)) },
			"GET", "/api/v1/workspaces/current/secrets", "", `[{"key":"OPENAI_API_KEY"}]`, true},
		{"GetRun", func(ctx ctx, c client) error { return discard(c.GetRun(ctx, project, other)) },
			"GET", "/api/v2/runs/33333333-3333-4333-8333-333333333333?project_id=11111111-1111-4111-8111-111111111111" +
				"&selects=ID&selects=NAME&selects=RUN_TYPE&selects=STATUS&selects=ERROR&selects=START_TIME&selects=END_TIME&selects=LATENCY_SECONDS" +
				"&selects=TOTAL_COST&selects=PROJECT_ID&selects=TRACE_ID&selects=PARENT_RUN_IDS&selects=THREAD_ID&selects=TAGS&selects=METADATA" +
				"&selects=INPUTS&selects=OUTPUTS", "", `{"id":"33333333-3333-4333-8333-333333333333"}`, true},
		{"ListRunsByID", func(ctx ctx, c client) error { return discard(c.ListRunsByID(ctx, project, []uuid.UUID{other})) },
			"POST", "/api/v2/runs/query", `{"project_ids":["11111111-1111-4111-8111-111111111111"],"ids":["33333333-3333-4333-8333-333333333333"],` +
				`"min_start_time":"1970-01-01T00:00:00Z","selects":["ID","NAME","RUN_TYPE","STATUS","ERROR","START_TIME","END_TIME","LATENCY_SECONDS",` +
				`"TOTAL_COST","PROJECT_ID","TRACE_ID","PARENT_RUN_IDS","THREAD_ID"],"page_size":1}`, `{"items":[]}`, true},
		{"FindDatasets", func(ctx ctx, c client) error { return discard(c.FindDatasets(ctx, "my set")) },
			"GET", "/api/v1/datasets?limit=100&name=my+set", "", `[]`, true},
		{"ListDatasets", func(ctx ctx, c client) error { return discard(c.ListDatasets(ctx, 2)) }, "GET", "/api/v1/datasets?limit=2", "", `[]`, true},
		{"CreateDataset", func(ctx ctx, c client) error { return discard(c.CreateDataset(ctx, "my set", "")) },
			"POST", "/api/v1/datasets", `{"name":"my set","data_type":"kv"}`, `{"id":"33333333-3333-4333-8333-333333333333"}`, false},
		{"CreateExamples", func(ctx ctx, c client) error {
			example := langsmith.ExampleFromRun(project, other)
			example.Metadata, example.Split = map[string]any{"cluster": "Refunds"}, "failing"
			return discard(c.CreateExamples(ctx, []langsmith.NewExample{example}))
		}, "POST", "/api/v1/examples/bulk", `[{"id":"e96a0da2-7f8c-532e-9f9e-a4e1567eacc1","dataset_id":"11111111-1111-4111-8111-111111111111",` +
			`"source_run_id":"33333333-3333-4333-8333-333333333333","use_source_run_io":true,"metadata":{"cluster":"Refunds"},"split":"failing"}]`, `[]`, true},
		{"ListExamples", func(ctx ctx, c client) error { return discard(c.ListExamples(ctx, other, 100, 200)) },
			"GET", "/api/v1/examples?dataset=33333333-3333-4333-8333-333333333333&limit=100&offset=200", "", `[]`, true},
		{"FindQueues", func(ctx ctx, c client) error { return discard(c.FindQueues(ctx, "review")) },
			"GET", "/api/v1/annotation-queues?limit=100&name=review", "", `[]`, true},
		{"ListQueues", func(ctx ctx, c client) error { return discard(c.ListQueues(ctx, 2)) },
			"GET", "/api/v1/annotation-queues?limit=2", "", `[]`, true},
		{"CreateQueue", func(ctx ctx, c client) error { return discard(c.CreateQueue(ctx, "review", "to look at")) },
			"POST", "/api/v1/annotation-queues", `{"name":"review","description":"to look at"}`, `{"id":"33333333-3333-4333-8333-333333333333"}`, false},
		{"AddQueueRuns", func(ctx ctx, c client) error {
			run := langsmith.QueueRun{RunID: job, ProjectID: project, StartTime: time.Date(2026, 1, 31, 15, 25, 30, 0, time.FixedZone("CET", 3600))}
			return discard(c.AddQueueRuns(ctx, other, []langsmith.QueueRun{run}, false))
		}, "POST", "/api/v1/platform/annotation-queues/33333333-3333-4333-8333-333333333333/items?extend_trace_retention=false",
			`{"items":[{"item_type":"RUN","run_id":"22222222-2222-4222-8222-222222222222","project_id":"11111111-1111-4111-8111-111111111111","start_time":"2026-01-31T14:25:30Z"}]}`,
			`{"items":[]}`, false},
		{"IngestTraces", func(ctx ctx, c client) error {
			return discard(c.IngestTraces(ctx, []langsmith.NewTrace{sampleTrace()}))
		},
			"POST", "/runs/batch", `{"post":[{"id":"33333333-3333-4333-8333-333333333333","trace_id":"33333333-3333-4333-8333-333333333333",` +
				`"dotted_order":"20260131T142530000123Z33333333-3333-4333-8333-333333333333","name":"trace","run_type":"chain",` +
				`"session_id":"11111111-1111-4111-8111-111111111111","inputs":{"messages":["<hi>"]},"outputs":{"messages":[]},` +
				`"start_time":"2026-01-31T14:25:30.000123Z","end_time":"2026-01-31T14:25:31.000000Z"}]}`, `{}`, true},
	}
}

func sampleTrace() langsmith.NewTrace {
	return langsmith.NewTrace{
		ID: other, ProjectID: project, Name: "trace", RunType: "chain",
		StartTime: time.Date(2026, 1, 31, 15, 25, 30, 123_456, time.FixedZone("CET", 3600)),
		EndTime:   time.Date(2026, 1, 31, 14, 25, 31, 0, time.UTC),
		Inputs:    map[string]any{"messages": []string{"<hi>"}},
		Outputs:   json.RawMessage(`{"messages":[]}`),
	}
}

// Every operation sends the documented request and nothing else.
func TestOperationsOnTheWire(t *testing.T) {
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			langSmith := newUpstream(newReply(http.StatusOK, op.answer))
			if err := op.call(t.Context(), client(langSmith)); err != nil {
				t.Fatal(err)
			}
			sent := langSmith.only(t)
			if sent.method != op.method || sent.url != langsmith.DefaultEndpoint+op.target {
				t.Errorf("sent %s %s\nwant %s %s%s", sent.method, sent.url, op.method, langsmith.DefaultEndpoint, op.target)
			}
			if sent.body != op.body {
				t.Errorf("sent %s\nwant %s", sent.body, op.body)
			}
			wantHeader := map[string]string{"Accept": "application/json", "User-Agent": "langsmith-insights-mcp", "X-Api-Key": key}
			if op.body != "" {
				wantHeader["Content-Type"] = "application/json"
			}
			for name := range sent.header {
				if _, ok := wantHeader[name]; !ok {
					t.Errorf("sent an unexpected header %s: %s", name, sent.header.Get(name))
				}
			}
			for name, want := range wantHeader {
				if got := sent.header.Get(name); got != want {
					t.Errorf("header %s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// The body of another server, such as a proxy, is an error, even if it is JSON without the
// documented fields.
func TestForeignBodies(t *testing.T) {
	for _, op := range operations() {
		for _, body := range []string{``, `<html>Sign in</html>`, `"ok"`, `{"clustering_jobs":`, `{"ok":true}`} {
			if body == `{"ok":true}` && decodesAnyObject[op.name] {
				continue
			}
			t.Run(op.name+" "+body, func(t *testing.T) {
				err := op.call(t.Context(), client(newUpstream(newReply(http.StatusOK, body))))
				failed := failure(t, err)
				if failed.Status != http.StatusOK || failed.Unprocessed || !failed.Ambiguous() {
					t.Errorf("status %d, unprocessed %t", failed.Status, failed.Unprocessed)
				}
				if wantNotJSON := !json.Valid([]byte(body)); failed.NotJSON != wantNotJSON {
					t.Errorf("NotJSON is %t for %q", failed.NotJSON, body)
				}
			})
		}
	}
}

// These responses have no required field.
var decodesAnyObject = map[string]bool{"RenameJob": true, "DeleteJob": true, "DeleteConfig": true, "IngestTraces": true}
