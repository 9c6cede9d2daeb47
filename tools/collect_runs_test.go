package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

// reportWithRuns is a finished job over ten traces: three of refunds and three of
// invoices, both below billing, and four of shipping.
type reportWithRuns struct {
	job                                  uuid.UUID
	billing, refunds, invoices, shipping uuid.UUID
	runs                                 []uuid.UUID
}

func (s *fixture) addReportWithRuns() reportWithRuns {
	id := func(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }
	f := reportWithRuns{billing: id("billing"), refunds: id("refunds"), invoices: id("invoices"), shipping: id("shipping")}
	job := sandbox.Job{Name: "Weekly", Clusters: []sandbox.Cluster{
		{ID: f.shipping, Name: "Shipping", NumRuns: 4},
		{ID: f.billing, Name: "Billing", NumRuns: 6},
		{ID: f.refunds, ParentID: &f.billing, Level: 1, Name: "Refund `status`\n# now", NumRuns: 3},
		{ID: f.invoices, ParentID: &f.billing, Level: 1, Name: "Invoices", NumRuns: 3},
	}}
	for i := range 10 {
		cluster := f.refunds
		switch {
		case i >= 6:
			cluster = f.shipping
		case i >= 3:
			cluster = f.invoices
		}
		run := id(fmt.Sprint("run ", i))
		s.Sandbox.AddRuns(s.project, trace.Run{ID: run, Inputs: map[string]any{"question": i}, Outputs: map[string]any{"answer": i}})
		f.runs = append(f.runs, run)
		job.Runs = append(job.Runs, sandbox.JobRun{ClusterID: cluster, Fields: map[string]any{"id": run}})
	}
	f.job = s.Sandbox.AddJob(s.project, job)
	return f
}

// ask reads the sandbox through its API, as LangSmith's own interface does.
func (s *fixture) ask(path string, into any) {
	s.t.Helper()
	s.exchange(httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil), into)
}

func (s *fixture) post(path string, body, into any) {
	s.t.Helper()
	s.exchange(httptest.NewRequest(http.MethodPost, "/api/v1"+path, strings.NewReader(encodeJSON(s.t, body))), into)
}

func (s *fixture) exchange(request *http.Request, into any) {
	s.t.Helper()
	request.Header.Set("X-API-Key", servertest.Key)
	response := httptest.NewRecorder()
	s.Sandbox.ServeHTTP(response, request)
	if response.Code != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", request.Method, request.URL, response.Code, response.Body)
	}
	if err := json.Unmarshal(response.Body.Bytes(), into); err != nil {
		s.t.Fatal(err)
	}
}

type example struct {
	SourceRunID uuid.UUID      `json:"source_run_id"`
	Inputs      map[string]any `json:"inputs"`
	Metadata    map[string]any `json:"metadata"`
}

// examples returns the examples of the dataset with a name.
func (s *fixture) examples(name string) []example {
	s.t.Helper()
	var datasets []struct {
		ID   uuid.UUID `json:"id"`
		Name string    `json:"name"`
	}
	s.ask("/datasets", &datasets)
	var all []example
	for _, dataset := range datasets {
		if dataset.Name == name {
			var examples []example
			s.ask("/examples?dataset="+dataset.ID.String(), &examples)
			all = append(all, examples...)
		}
	}
	return all
}

// queuedRuns returns the runs of the queues with a name, in the order of their addition.
func (s *fixture) queuedRuns(name string) []uuid.UUID {
	s.t.Helper()
	var queues []struct {
		ID   uuid.UUID `json:"id"`
		Name string    `json:"name"`
	}
	s.ask("/annotation-queues", &queues)
	var all []uuid.UUID
	for _, queue := range queues {
		if queue.Name == name {
			all = append(all, s.queuedRunsOf(queue.ID)...)
		}
	}
	return all
}

func (s *fixture) queuedRunsOf(queue uuid.UUID) []uuid.UUID {
	type item struct {
		ID    uuid.UUID `json:"id"`     // of the run, by the older route
		RunID uuid.UUID `json:"run_id"` // by the newer
	}
	var all []uuid.UUID
	if s.routes == sandbox.RoutesV2 {
		for cursor, more := "", true; more; more = cursor != "" {
			var page struct {
				Items []item  `json:"items"`
				Next  *string `json:"next_cursor"`
			}
			s.ask(fmt.Sprintf("/platform/annotation-queues/%s/items?status=needs_my_review&page_size=100&cursor=%s", queue, cursor), &page)
			for _, item := range page.Items {
				all = append(all, item.RunID)
			}
			cursor = ""
			if page.Next != nil {
				cursor = *page.Next
			}
		}
		return all
	}
	for offset := 0; ; offset += 100 {
		var runs []item
		s.ask(fmt.Sprintf("/annotation-queues/%s/runs?limit=100&offset=%d", queue, offset), &runs)
		for _, run := range runs {
			all = append(all, run.ID)
		}
		if len(runs) < 100 {
			return all
		}
	}
}

const (
	toDataset = "add_insights_runs_to_dataset"
	toQueue   = "add_insights_runs_to_annotation_queue"
)

func TestAddCategoryToDataset(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		args := servertest.Args{"project": "shop", "job_id": f.job, "cluster_id": f.billing, "dataset": "billing failures", "split": "test", "limit": 5}
		dry := servertest.Args{"dry_run": true}
		for key, value := range args {
			dry[key] = value
		}
		s.transcript("dry_run", toDataset, dry)
		if examples := s.examples("billing failures"); len(examples) != 0 {
			t.Fatalf("the dry run added %d examples", len(examples))
		}
		s.transcript("new", toDataset, args)
		examples := s.examples("billing failures")
		if len(examples) != 5 {
			t.Fatalf("the dataset has %d examples, not 5", len(examples))
		}
		for i, example := range examples {
			if example.SourceRunID != f.runs[i] || example.Inputs["question"] != float64(i) ||
				example.Metadata["insights_job_id"] != f.job.String() || fmt.Sprint(example.Metadata["dataset_split"]) != "[test]" {
				t.Errorf("example %d is %+v", i, example)
			}
		}
		s.transcript("again", toDataset, args)
		args["limit"] = 100
		s.transcript("more", toDataset, args)
		if examples := s.examples("billing failures"); len(examples) != 6 {
			t.Fatalf("the dataset has %d examples, not 6", len(examples))
		}
	})
}

func TestAddCategoryToQueue(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		args := servertest.Args{"project": "shop", "job_id": f.job, "cluster_id": f.refunds, "queue": "to review"}
		s.transcript("dry_run", toQueue, servertest.Args{"project": "shop", "job_id": f.job, "cluster_id": f.refunds, "queue": "to review", "dry_run": true})
		if runs := s.queuedRuns("to review"); len(runs) != 0 {
			t.Fatalf("the dry run queued %v", runs)
		}
		s.transcript("new", toQueue, args)
		s.transcript("again", toQueue, args)
		if runs := s.queuedRuns("to review"); !slices.Equal(runs, f.runs[:3]) {
			t.Fatalf("the queue has %v, not %v", runs, f.runs[:3])
		}
		s.transcript("run_ids", toQueue, servertest.Args{"project": "shop", "run_ids": []uuid.UUID{f.runs[2], f.runs[9], f.runs[9], uuid.Max}, "queue": "to review"})
		if runs := s.queuedRuns("to review"); !slices.Equal(runs, append(f.runs[:3:3], f.runs[9])) {
			t.Fatalf("the queue has %v", runs)
		}
	})
}

// LangSmith may or may not count the traces of the categories below to a
// category's own.
func TestSubtreeOfCategory(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		s.Sandbox.Inject(sandbox.Fault{
			Path: "/runs$", Body: `{"runs":[],"offset":null}`,
			Match: func(r sandbox.Request) bool { return strings.Contains(r.RawQuery, f.billing.String()) },
		})
		var result struct{ Added int }
		s.Call(t, toDataset, servertest.Args{"project": "shop", "job_id": f.job, "cluster_id": f.billing, "dataset": "d"}).Decode(t, &result)
		if result.Added != 6 || len(s.examples("d")) != 6 {
			t.Errorf("added %d, not 6", result.Added)
		}
	})
}

func TestInvalidSelections(t *testing.T) {
	for _, c := range []struct {
		name string
		args func(*fixture, reportWithRuns) servertest.Args
	}{
		{"no_choice", func(*fixture, reportWithRuns) servertest.Args { return servertest.Args{"dataset": "d"} }},
		{"two_choices", func(_ *fixture, f reportWithRuns) servertest.Args {
			return servertest.Args{"job_id": f.job, "cluster_id": f.billing, "run_ids": f.runs[:1], "dataset": "d"}
		}},
		{"no_such_category", func(_ *fixture, f reportWithRuns) servertest.Args {
			return servertest.Args{"job_id": f.job, "cluster_id": uuid.Max, "dataset": "d"}
		}},
		{"unfinished", func(s *fixture, _ reportWithRuns) servertest.Args {
			return servertest.Args{"job_id": s.Sandbox.AddJob(s.project, sandbox.Job{Status: "running"}), "dataset": "d"}
		}},
		{"failed", func(s *fixture, _ reportWithRuns) servertest.Args {
			return servertest.Args{"job_id": s.Sandbox.AddJob(s.project, sandbox.Job{Status: "error"}), "dataset": "d"}
		}},
		{"no_name", func(_ *fixture, f reportWithRuns) servertest.Args {
			return servertest.Args{"job_id": f.job, "dataset": ""}
		}},
		{"all_gone", func(*fixture, reportWithRuns) servertest.Args {
			return servertest.Args{"run_ids": []uuid.UUID{uuid.Max}, "dataset": "d"}
		}},
		{"many_gone", func(*fixture, reportWithRuns) servertest.Args {
			var gone []uuid.UUID
			for i := range 7 {
				gone = append(gone, idOf(fmt.Sprint("gone ", i)))
			}
			return servertest.Args{"run_ids": gone, "dataset": "d"}
		}},
		{"all_of_another_status", func(_ *fixture, f reportWithRuns) servertest.Args {
			return servertest.Args{"run_ids": f.runs[:2], "status": "error", "dataset": "d"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
				args := c.args(s, s.addReportWithRuns())
				args["project"] = "shop"
				s.transcript("refused_"+c.name, toDataset, args)
				var datasets []any
				if s.ask("/datasets", &datasets); len(datasets) > 0 {
					t.Errorf("a dataset was made: %v", datasets)
				}
			})
		})
	}
}

func TestTwoQueuesWithOneName(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		for range 2 {
			var made any
			s.post("/annotation-queues", map[string]string{"name": "twice"}, &made)
		}
		s.transcript("two_of_the_name", toQueue, servertest.Args{"project": "shop", "job_id": f.job, "queue": "twice"})
	})
}

// The effect of a failed request is looked up, and the repeated call continues there.
func TestAddAfterFailure(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sandbox.Fault
		fails bool
		there int
	}{
		{"answer_lost", sandbox.Fault{DropAfter: true}, false, 150},
		{"request_lost", sandbox.Fault{Skip: 1, Status: 500}, true, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
				runs := make([]trace.Run, 150)
				for i := range runs {
					runs[i].ID = uuid.NewSHA1(uuid.Nil, []byte{byte(i)})
				}
				args := servertest.Args{"project": "shop", "run_ids": s.Sandbox.AddRuns(s.project, runs...), "queue": "q"}
				c.fault.Method, c.fault.Path = http.MethodPost, "/annotation-queues/[^/]+/items$"
				remove := s.Sandbox.Inject(c.fault)
				reply := s.Call(t, toQueue, args)
				if reply.IsError != c.fails {
					t.Errorf("isError is %v: %s", reply.IsError, reply.Text)
				}
				servertest.Golden(t, toQueue+"/"+c.name+".txt", reply.Text)
				if n := len(s.queuedRuns("q")); n != c.there {
					t.Fatalf("the queue has %d runs, not %d", n, c.there)
				}
				remove()
				s.Call(t, toQueue, args)
				if n := len(s.queuedRuns("q")); n != 150 {
					t.Errorf("then the queue has %d runs, not 150", n)
				}
			})
		})
	}
}

// Two concurrent equal calls, as from an agent whose client timed out on the first, create
// one queue and add each run once.
func TestConcurrentEqualCallsAddOnce(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		args := servertest.Args{"project": "shop", "job_id": f.job, "queue": "q"}
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				if _, err := s.TryCall(context.WithoutCancel(t.Context()), toQueue, args); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if runs := s.queuedRuns("q"); len(runs) != len(f.runs) {
			t.Errorf("the queue has %d runs, not %d", len(runs), len(f.runs))
		}
	})
}

// Extended retention costs money: with --confirm a person is asked, and a client that
// cannot ask adds nothing.
func TestQueueWithConfirm(t *testing.T) {
	runFixture(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		s.transcript("confirm", toQueue, servertest.Args{"project": "shop", "job_id": f.job, "queue": "q", "extend_retention": true})
		if runs := s.queuedRuns("q"); len(runs) > 0 {
			t.Errorf("the queue has %v", runs)
		}
		if reply := s.Call(t, toDataset, servertest.Args{"project": "shop", "job_id": f.job, "dataset": "d"}); reply.IsError {
			t.Errorf("a dataset costs nothing, and yet: %s", reply.Text)
		}
	})
}

// A run inside a trace is added as requested, with a caution that it is not a trace.
func TestAddChildRun(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		root, child := idOf("root"), idOf("child")
		s.Sandbox.AddRuns(s.project, trace.Run{ID: root}, trace.Run{ID: child, TraceID: root, ParentID: root})
		for _, c := range []struct {
			runs []uuid.UUID
			said bool
		}{{[]uuid.UUID{root}, false}, {[]uuid.UUID{root, child}, true}} {
			for _, dry := range []bool{true, false} {
				reply := s.Call(t, toDataset, servertest.Args{"session_id": s.project, "run_ids": c.runs, "dataset": "d", "dry_run": dry})
				var result struct{ Caution []string }
				reply.Decode(t, &result)
				const want = "1 of them is a run inside a trace, not a trace: get_run shows the trace_id."
				if said := slices.Contains(result.Caution, want); said != c.said || strings.Contains(reply.Text, want) != c.said {
					t.Errorf("%d runs, dry run %t: %s", len(c.runs), dry, reply.Text)
				}
			}
		}
	})
}

// A call that requests extended retention returns its effect, also if there is nothing to
// add.
func TestExtendRetentionOfNothing(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		f := s.addReportWithRuns()
		args := servertest.Args{"session_id": s.project, "job_id": f.job, "queue": "q", "extend_retention": true}
		for _, c := range []struct {
			dry  bool
			want string
		}{
			{true, "That would move these traces to extended retention, at ten times the price. add_insights_runs_to_dataset would not."},
			{false, "These traces are now kept at extended retention, at ten times the price."},
			{true, "So no trace would be moved to extended retention."},
			{false, "So no trace was moved to extended retention."},
		} {
			args["dry_run"] = c.dry
			reply := s.Call(t, toQueue, args)
			var result struct{ Caution []string }
			reply.Decode(t, &result)
			if !slices.Equal(result.Caution, []string{c.want}) || strings.Count(reply.Text, c.want) != 1 {
				t.Errorf("dry run %t: %q: %s", c.dry, result.Caution, reply.Text)
			}
		}
	})
}
