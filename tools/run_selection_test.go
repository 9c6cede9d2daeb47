package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools/wording"
)

// addMixedRuns adds a finished job over 120 traces of five weeks ago, of which every fifth
// failed; each took a second more than the one before it.
func (s *fixture) addMixedRuns() (job uuid.UUID, failed []uuid.UUID) {
	cluster := uuid.NewSHA1(uuid.Nil, []byte("all"))
	made := sandbox.Job{Name: "Weekly", Clusters: []sandbox.Cluster{{ID: cluster, Name: "All", NumRuns: 120}}}
	start := time.Now().Add(-35 * 24 * time.Hour)
	for i := range 120 {
		run := trace.Run{
			ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, "mixed ", i)), Name: "assistant",
			Start: start.Add(time.Duration(i) * time.Minute), End: start.Add(time.Duration(i)*time.Minute + time.Duration(i+1)*time.Second),
		}
		if i%5 == 0 {
			run.Error = "it failed"
			failed = append(failed, run.ID)
		}
		s.Sandbox.AddRuns(s.project, run)
		made.Runs = append(made.Runs, sandbox.JobRun{ClusterID: cluster, Fields: map[string]any{"id": run.ID}})
	}
	return s.Sandbox.AddJob(s.project, made), failed
}

// The failed ones and the slowest are one call, by whichever generation of routes
// LangSmith has, and for traces of five weeks ago.
func TestSelections(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		job, failed := s.addMixedRuns()
		slices.Reverse(failed) // the slowest first
		var listed struct {
			Runs []struct {
				ID      uuid.UUID
				Status  string
				Latency float64 `json:"latency_seconds"`
			}
			NextOffset int `json:"next_offset"`
		}
		args := servertest.Args{"project": "shop", "job_id": job, "status": "error", "sort_by": "latency", "limit": 10}
		reply := s.Call(t, "list_insights_runs", args)
		if err := json.Unmarshal(reply.Structured, &listed); err != nil || len(listed.Runs) != 10 || listed.NextOffset != 10 {
			t.Fatalf("%v: %s", err, reply.Text)
		}
		for i, run := range listed.Runs {
			if run.ID != failed[i] || run.Status != "error" {
				t.Errorf("trace %d is %s with status %s, want %s", i, run.ID, run.Status, failed[i])
			}
			if want := float64(116 - 5*i); run.Latency != want || !strings.Contains(reply.Text, ", took "+wording.Seconds(want)) {
				t.Errorf("trace %d took %v s, want %v", i, run.Latency, want)
			}
		}
		var added struct {
			Added, Failed int
			RunIDs        []uuid.UUID `json:"run_ids"`
		}
		reply = s.Call(t, toDataset, servertest.Args{"project": "shop", "job_id": job, "status": "error", "sort_by": "latency", "limit": 20, "dataset": "failing"})
		if err := json.Unmarshal(reply.Structured, &added); err != nil || added.Added != 20 || added.Failed != 20 || !slices.Equal(added.RunIDs, failed[:20]) {
			t.Errorf("%v: %s", err, reply.Structured)
		}
		reply = s.Call(t, toQueue, servertest.Args{"project": "shop", "job_id": job, "status": "success", "sort_by": "start_time", "limit": 5, "queue": "q"})
		if err := json.Unmarshal(reply.Structured, &added); err != nil || added.Added != 5 || added.Failed != 0 {
			t.Errorf("%v: %s", err, reply.Text)
		}
		again := servertest.Args{"project": "shop", "job_id": job, "status": "success", "sort_by": "start_time", "limit": 5, "queue": "q"}
		var repeated struct {
			Added        int
			AlreadyThere int `json:"already_there"`
		}
		reply = s.Call(t, toQueue, again)
		if err := json.Unmarshal(reply.Structured, &repeated); err != nil || repeated.Added != 0 || repeated.AlreadyThere != 5 {
			t.Errorf("%v: %s", err, reply.Text)
		}
	})
}

// A list of selected traces says how many there are, and one without any says why.
func TestSelectedTotal(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		job, failed := s.addMixedRuns()
		list := func(args servertest.Args) (reply servertest.Reply, listed struct {
			Total int
			Runs  []struct{ ID uuid.UUID }
			Next  next
		}) {
			reply = s.Call(t, "list_insights_runs", with(servertest.Args{"project": "shop", "job_id": job}, args))
			reply.Decode(t, &listed)
			return reply, listed
		}
		reply, listed := list(servertest.Args{"status": "error", "limit": 2})
		if listed.Total != len(failed) || !strings.HasPrefix(reply.Text, "Traces 1 to 2 of 24 of the job with status error.") {
			t.Errorf("a total of %d: %s", listed.Total, reply.Text)
		}
		if reply, listed = list(servertest.Args{"status": "error", "offset": 30}); listed.Total != len(failed) || !strings.Contains(reply.Text, "from offset 30 on: 24 in all") {
			t.Errorf("past the end: %s", reply.Text)
		}
		cluster := uuid.NewSHA1(uuid.Nil, []byte("succeeded"))
		job = s.Sandbox.AddJob(s.project, sandbox.Job{
			ID: idOf("succeeded"), Name: "Succeeded", Clusters: []sandbox.Cluster{{ID: cluster, Name: "Good ones", NumRuns: 1}},
			Runs: []sandbox.JobRun{{ClusterID: cluster, Fields: map[string]any{"id": uuid.NewSHA1(uuid.Nil, []byte("mixed 1"))}}},
		})
		s.transcript("of_another_status", "list_insights_runs", servertest.Args{"session_id": s.project, "job_id": job, "cluster_id": "Good ones", "status": "error"})
		if _, listed = list(servertest.Args{"cluster_id": "Good ones", "status": "error"}); listed.Next.Tool != "list_insights_runs" {
			t.Fatalf("next is %+v", listed.Next)
		}
		s.Call(t, listed.Next.Tool, listed.Next.Arguments).Decode(t, &listed)
		if len(listed.Runs) != 1 {
			t.Errorf("next lists %d", len(listed.Runs))
		}
	})
}

// A listed trace has its thread if LangSmith's responses have it: in the list of a job's
// traces, or in the runs that a selection reads.
func TestThreadOfListedRuns(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		run, cluster := idOf("run"), idOf("cluster")
		s.Sandbox.AddRuns(s.project, trace.Run{ID: run, ThreadID: "conversation 7", Error: "it failed"})
		add := func(name string, fields map[string]any) uuid.UUID {
			fields["id"] = run
			return s.Sandbox.AddJob(s.project, sandbox.Job{ID: idOf(name), Name: name, Clusters: []sandbox.Cluster{{ID: cluster, Name: "All", NumRuns: 1}}, Runs: []sandbox.JobRun{{ClusterID: cluster, Fields: fields}}})
		}
		with, without := add("with", map[string]any{"thread_id": "conversation 7"}), add("without", map[string]any{})
		for _, c := range []struct {
			args servertest.Args
			want string
		}{
			{servertest.Args{"job_id": with}, "conversation 7"},
			{servertest.Args{"job_id": without}, ""},
			{servertest.Args{"job_id": without, "status": "error"}, "conversation 7"},
		} {
			c.args["session_id"] = s.project
			var listed struct {
				Runs []struct {
					ThreadID string `json:"thread_id"`
				}
			}
			reply := s.Call(t, "list_insights_runs", c.args)
			reply.Decode(t, &listed)
			if len(listed.Runs) != 1 || listed.Runs[0].ThreadID != c.want || strings.Contains(reply.Text, `, thread_id "conversation 7"`) != (c.want != "") {
				t.Errorf("%v: %s", c.args, reply.Text)
			}
		}
	})
}

// A root run is shown with the runs of its trace, failed ones first, by either generation
// of routes.
func TestRunsOfATrace(t *testing.T) {
	runWithEachRoutes(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		root, good, bad := uuid.NewSHA1(uuid.Nil, []byte("root")), uuid.NewSHA1(uuid.Nil, []byte("good")), uuid.NewSHA1(uuid.Nil, []byte("bad"))
		start := time.Now().Add(-35 * 24 * time.Hour)
		s.Sandbox.AddRuns(s.project,
			trace.Run{ID: root, Name: "assistant", Start: start, End: start.Add(3 * time.Second)},
			trace.Run{ID: good, TraceID: root, ParentID: root, Name: "search", Start: start, End: start.Add(time.Second)},
			trace.Run{ID: bad, TraceID: root, ParentID: root, Name: "pay", Start: start.Add(time.Second), End: start.Add(3 * time.Second), Error: "card refused"},
		)
		var shown struct {
			Children []struct {
				ID            uuid.UUID
				Status, Error string
				Latency       float64 `json:"latency_seconds"`
			}
		}
		reply := s.Call(t, "get_run", servertest.Args{"project": "shop", "run_id": root})
		if err := json.Unmarshal(reply.Structured, &shown); err != nil || len(shown.Children) != 2 {
			t.Fatalf("%v: %s", err, reply.Text)
		}
		if first := shown.Children[0]; first.ID != bad || first.Status != "error" || first.Error != "card refused" || first.Latency != 2 || shown.Children[1].ID != good {
			t.Errorf("%+v", shown.Children)
		}
	})
}
