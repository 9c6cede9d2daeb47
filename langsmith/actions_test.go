package langsmith_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// fixture returns a sandbox with one project and its runs.
func fixture(runs int) (*sandbox.Sandbox, uuid.UUID, []uuid.UUID) {
	langSmith := sandbox.New(sandbox.Options{Empty: true})
	session := langSmith.AddProject(sandbox.Project{Name: "chat-prod"})
	return langSmith, session, langSmith.AddRuns(session, make([]trace.Run, runs)...)
}

func TestAddRunsToDatasetTwice(t *testing.T) {
	langSmith, _, runs := fixture(5)
	caller := client(langSmith.RoundTripper())
	made, err := caller.CreateDataset(t.Context(), "failing refunds", "from an insight")
	if err != nil || made.Name != "failing refunds" || made.DataType != "kv" {
		t.Fatalf("the dataset is %+v, %v", made, err)
	}
	for range 2 {
		var examples []langsmith.NewExample
		for _, run := range runs {
			examples = append(examples, langsmith.ExampleFromRun(made.ID, run))
		}
		if confirmed, err := caller.CreateExamples(t.Context(), examples); err != nil || len(confirmed) != len(runs) {
			t.Fatalf("the examples are %+v, %v", confirmed, err)
		}
	}
	var held []uuid.UUID
	for offset := 0; ; {
		page, err := caller.ListExamples(t.Context(), made.ID, 2, offset)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, example := range page {
			if example.DatasetID != made.ID || example.ID != langsmith.ExampleFromRun(made.ID, example.SourceRunID).ID {
				t.Errorf("%+v is not the created example", example)
			}
			held = append(held, example.SourceRunID)
		}
		offset += len(page)
	}
	if !sameIDs(held, runs) {
		t.Errorf("the dataset has %v, want %v", held, runs)
	}
	found, err := caller.FindDatasets(t.Context(), "failing refunds")
	if err != nil || len(found) != 1 || found[0].ID != made.ID {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := caller.FindDatasets(t.Context(), "failing"); err != nil || len(found) != 0 {
		t.Errorf("a part of the name finds %+v, %v", found, err)
	}
}

func sameIDs(a, b []uuid.UUID) bool {
	order := func(x, y uuid.UUID) int { return strings.Compare(x.String(), y.String()) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), order), slices.SortedFunc(slices.Values(b), order))
}

// Names are compared exactly, even if the API matches parts of names.
func TestFindByExactName(t *testing.T) {
	body := `[{"id":"22222222-2222-4222-8222-222222222222","name":"review later"},{"id":"33333333-3333-4333-8333-333333333333","name":"review"},{"id":"44444444-4444-4444-8444-444444444444","name":"Review"}]`
	datasets, err := clientOf(body).FindDatasets(t.Context(), "review")
	if err != nil || len(datasets) != 1 || datasets[0].ID != other {
		t.Errorf("the datasets are %+v, %v", datasets, err)
	}
	queues, err := clientOf(body).FindQueues(t.Context(), "review")
	if err != nil || len(queues) != 1 || queues[0].ID != other {
		t.Errorf("the queues are %+v, %v", queues, err)
	}
}

func TestAddRunsToQueue(t *testing.T) {
	langSmith, session, runs := fixture(5)
	caller := client(langSmith.RoundTripper())
	queue, err := caller.CreateQueue(t.Context(), "review", "look at these")
	if err != nil {
		t.Fatal(err)
	}
	var items []langsmith.QueueRun
	found, err := caller.ListRunsByID(t.Context(), session, runs)
	if err != nil || len(found) != len(runs) {
		t.Fatalf("found %+v, %v", found, err)
	}
	for _, run := range found {
		items = append(items, langsmith.QueueRun{RunID: run.ID, ProjectID: run.ProjectID, StartTime: run.StartTime.Time})
	}
	added, err := caller.AddQueueRuns(t.Context(), queue.ID, items, false)
	if err != nil || !sameIDs(added.Runs, runs) {
		t.Errorf("added %v, %v", added, err)
	}
	held, err := caller.ListQueueRuns(t.Context(), queue.ID, 100)
	if err != nil || !held.Complete || !sameIDs(held.Runs, runs) {
		t.Errorf("the queue has %+v, want %v: %v", held, runs, err)
	}
	queues, err := caller.FindQueues(t.Context(), "review")
	if err != nil || len(queues) != 1 || queues[0].ID != queue.ID || queues[0].TotalRuns == nil || *queues[0].TotalRuns != 5 {
		t.Errorf("found %+v, %v", queues, err)
	}
}

// traces returns count traces of about size bytes each.
func traces(session uuid.UUID, count, size int) []langsmith.NewTrace {
	all := make([]langsmith.NewTrace, count)
	for i := range all {
		all[i] = langsmith.NewTrace{
			ID: uuid.NewSHA1(session, []byte{byte(i), byte(i >> 8)}), ProjectID: session, Name: "trace", RunType: "chain",
			StartTime: time.Now().Add(-time.Minute), EndTime: time.Now(),
			Inputs: map[string]any{"text": strings.Repeat("x", size)}, Outputs: map[string]any{},
		}
	}
	return all
}

// batches lists the number of runs in each request, and the size of the largest request.
func batches(t *testing.T, langSmith *sandbox.Sandbox) (runs []int, largest int) {
	t.Helper()
	for _, sent := range langSmith.Requests() {
		if !strings.HasSuffix(sent.Path, "/runs/batch") {
			continue
		}
		var body struct{ Post []json.RawMessage }
		if err := json.Unmarshal(sent.Body, &body); err != nil {
			t.Fatal(err)
		}
		runs, largest = append(runs, len(body.Post)), max(largest, len(sent.Body))
	}
	return runs, largest
}

func TestIngestInBatches(t *testing.T) {
	for _, c := range []struct {
		count, size int
		want        []int
	}{{0, 10, nil}, {1, 10, []int{1}}, {100, 10, []int{100}}, {250, 10, []int{100, 100, 50}}, {7, 6_000_000, []int{3, 3, 1}}} {
		langSmith, session, _ := fixture(0)
		arrived, err := client(langSmith.RoundTripper()).IngestTraces(t.Context(), traces(session, c.count, c.size))
		if err != nil || arrived != c.count {
			t.Errorf("%d of %d arrived: %v", arrived, c.count, err)
		}
		if got, largest := batches(t, langSmith); !slices.Equal(got, c.want) || largest > langsmith.MaxBatchBytes {
			t.Errorf("%d traces of %d bytes were sent as %v, up to %d bytes; want %v", c.count, c.size, got, largest, c.want)
		}
	}
}

// A repeated call adds the missing traces and nothing twice.
func TestIngestAgain(t *testing.T) {
	langSmith, session, _ := fixture(0)
	caller := client(langSmith.RoundTripper())
	all := traces(session, 130, 10)
	langSmith.Inject(sandbox.Fault{Path: "/runs/batch", Skip: 1, Times: 1, Status: http.StatusForbidden, Body: `{"error":"Forbidden"}`})
	arrived, err := caller.IngestTraces(t.Context(), all)
	if failure(t, err).Status != http.StatusForbidden || arrived != 100 {
		t.Errorf("%d arrived before %v", arrived, err)
	}
	for range 2 {
		if arrived, err := caller.IngestTraces(t.Context(), all); err != nil || arrived != 130 {
			t.Errorf("again: %d arrived: %v", arrived, err)
		}
	}
	found, err := caller.ListRunsByID(t.Context(), session, []uuid.UUID{all[0].ID, all[99].ID, all[129].ID})
	if err != nil || len(found) != 3 {
		t.Errorf("found %d of 3 traces: %v", len(found), err)
	}
}

// A lost response neither loses nor doubles a trace.
func TestIngestThroughFaults(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"dropped before":   {DropBefore: true, Times: 2},
		"dropped after":    {DropAfter: true, Times: 2},
		"502 after":        {Status: http.StatusBadGateway, AfterProcessing: true, Times: 1},
		"refused":          {Refuse: true, Times: 3},
		"429":              {Status: http.StatusTooManyRequests, Times: 1},
		"truncated answer": {TruncateBody: 1, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				langSmith, session, _ := fixture(0)
				fault.Path = "/runs/batch"
				langSmith.Inject(fault)
				caller := client(langSmith.RoundTripper())
				all := traces(session, 3, 10)
				if arrived, err := caller.IngestTraces(t.Context(), all); err != nil || arrived != 3 {
					t.Fatalf("%d arrived: %v", arrived, err)
				}
				found, err := caller.ListRunsByID(t.Context(), session, []uuid.UUID{all[0].ID, all[1].ID, all[2].ID})
				if err != nil || len(found) != 3 {
					t.Errorf("found %d of 3 traces: %v", len(found), err)
				}
			})
		})
	}
}

// If one trace of a batch is refused, the traces before it have arrived.
func TestIngestReportsWhatArrived(t *testing.T) {
	langSmith := newUpstream(
		newReply(http.StatusConflict, `{"error":"Conflict","details":"payload already received"}`), // all three
		newReply(http.StatusConflict, `{"error":"Conflict"}`),                                      // the first alone
		newReply(http.StatusAccepted, `{}`),                                                        // the second
		newReply(http.StatusUnprocessableEntity, `{"error":"bad"}`),                                // the third
	)
	arrived, err := client(langSmith).IngestTraces(t.Context(), traces(project, 3, 10))
	if arrived != 2 || failure(t, err).Status != http.StatusUnprocessableEntity {
		t.Errorf("%d arrived: %v", arrived, err)
	}
}

func TestTracesThatCannotBeSent(t *testing.T) {
	langSmith := newUpstream(newReply(http.StatusAccepted, `{}`))
	tooLarge := traces(project, 2, langsmith.MaxBatchBytes)
	unwritable := traces(project, 2, 1)
	unwritable[1].Inputs = map[string]any{"f": func() {}}
	for name, all := range map[string][]langsmith.NewTrace{"too large": tooLarge, "not JSON": unwritable} {
		arrived, err := client(langSmith).IngestTraces(t.Context(), all)
		if failed := failure(t, err); arrived != 0 || failed.Ambiguous() {
			t.Errorf("%s: %d arrived: %v", name, arrived, err)
		}
	}
	if n := len(langSmith.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The whole flow with the sandbox: find a project by name, start a job, wait for its end,
// list a cluster's runs.
func TestJobFlow(t *testing.T) {
	langSmith := sandbox.New(sandbox.Options{})
	caller := client(langSmith.RoundTripper())
	projects, err := caller.ListProjects(t.Context(), langsmith.ProjectsQuery{Name: "chat-prod"})
	if err != nil || len(projects) != 1 || projects[0].TenantID == uuid.Nil {
		t.Fatalf("the projects are %+v, %v", projects, err)
	}
	session := projects[0].ID
	created, err := caller.CreateInsightsJob(t.Context(), session, &langsmith.CreateInsightsJobRequest{
		Name: langsmith.Some("Weekly"), LastNHours: langsmith.Some(24 * 14),
	})
	if err != nil {
		t.Fatal(err)
	}
	var report *langsmith.Report
	for range 10 {
		if report, err = caller.GetJob(t.Context(), session, created.ID); err != nil {
			t.Fatal(err)
		}
		if report.Status.Done() {
			break
		}
	}
	if !report.Status.Done() || report.Status.Failed() || len(report.Clusters) == 0 || report.Summary == nil || report.NumRuns() == 0 {
		t.Fatalf("the report is %+v", report)
	}
	page, err := caller.ListJobRuns(t.Context(), session, created.ID, langsmith.JobRunsQuery{ClusterID: report.Clusters[0].ID, Limit: 3})
	if err != nil || len(page.Runs) == 0 || page.Runs[0].ID == uuid.Nil {
		t.Fatalf("the runs are %+v, %v", page, err)
	}
	run, err := caller.GetRun(t.Context(), session, page.Runs[0].ID)
	if err != nil || run.ProjectID != session || len(run.Inputs) == 0 {
		t.Errorf("the run is %+v, %v", run, err)
	}
	if _, err := caller.GetCluster(t.Context(), session, created.ID, report.Clusters[0].ID); err != nil {
		t.Error(err)
	}
	if renamed, err := caller.RenameJob(t.Context(), session, created.ID, "Monthly"); err != nil || renamed.Name != "Monthly" || renamed.ID != created.ID {
		t.Errorf("the renamed job is %+v, %v", renamed, err)
	}
	if gone, err := caller.DeleteJob(t.Context(), session, created.ID); err != nil || gone.ID != created.ID {
		t.Errorf("the deleted job is %+v, %v", gone, err)
	}
	if _, err := caller.GetJob(t.Context(), session, created.ID); failure(t, err).Status != http.StatusNotFound {
		t.Errorf("a deleted job: %v", err)
	}
	if n := langSmith.JobsStarted(); n != 1 {
		t.Errorf("%d jobs were started", n)
	}
}

// With every failure of a paid request, at most one job is started, and none if the error
// says that the request was not processed.
func TestAtMostOneJob(t *testing.T) {
	faults := map[string]sandbox.Fault{
		"processed late": {ProcessLate: time.Second}, "garbage": {Body: "<html>", AfterProcessing: true}, "slow": {Delay: time.Hour},
		"slow after": {DelayAfter: time.Hour}, "dropped before": {DropBefore: true}, "dropped after": {DropAfter: true},
		"refused": {Refuse: true}, "truncated": {TruncateBody: 5},
	}
	for _, status := range []int{301, 400, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504, 520} {
		faults[fmt.Sprint(status)] = sandbox.Fault{Status: status}
		faults[fmt.Sprint(status, " after")] = sandbox.Fault{Status: status, AfterProcessing: true}
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				langSmith, session, _ := fixture(3)
				fault.Method = http.MethodPost
				langSmith.Inject(fault)
				_, err := client(langSmith.RoundTripper()).CreateInsightsJob(t.Context(), session, &langsmith.CreateInsightsJobRequest{})
				time.Sleep(2 * time.Second) // virtual time, after which late requests are processed
				jobs := langSmith.JobsStarted()
				var failed *langsmith.Error
				if fault.AfterProcessing && fault.Status >= 300 && fault.Status < 500 && fault.Status != 408 {
					return // the client trusts a 4xx, and LangSmith does not process what it refuses
				}
				if jobs > 1 || errors.As(err, &failed) && failed.Unprocessed && jobs > 0 || err == nil && jobs != 1 {
					t.Errorf("%d jobs, and %v", jobs, err)
				}
			})
		})
	}
}
