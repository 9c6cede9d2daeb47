package tools_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/servertest"
)

// However little max_chars leaves of inputs and outputs, everything else stays.
func TestMaxCharsCutsOnlyInputsAndOutputs(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		withRuns(s)
		failed := trace.Run{ID: idOf("failed run"), Name: "support-assistant", Start: time.Now(), Status: "error", Error: "TimeoutError: refunds.lookup timed out",
			Inputs: map[string]any{"question": "Where is my refund?"}, Outputs: map[string]any{"answer": "Which order is it?"}, ThreadID: "thread one", Tags: []string{"refunds"}}
		s.Sandbox.AddRuns(s.project, failed)
		content := regexp.MustCompile("(?s)puts:\n```text\n.*?\n```")
		for tool, args := range map[string]servertest.Args{
			"list_insights_runs": {"session_id": s.project, "job_id": "latest", "limit": 3},
			"get_run":            {"session_id": s.project, "run_id": failed.ID},
		} {
			whole := s.Call(t, tool, args)
			args["max_chars"] = 1
			cut := s.Call(t, tool, args)
			without := func(reply servertest.Reply) map[string]any {
				var fields map[string]any
				reply.Decode(t, &fields)
				delete(fields, "cut")
				of := []any{fields}
				if runs, isList := fields["runs"].([]any); isList {
					of = runs
				}
				for _, run := range of {
					for _, name := range []string{"inputs", "outputs"} {
						delete(run.(map[string]any), name)
					}
				}
				return fields
			}
			a, _ := json.Marshal(without(whole))
			b, _ := json.Marshal(without(cut))
			if string(a) != string(b) {
				t.Errorf("%s: the structure is\n%s\nand not\n%s", tool, b, a)
			}
			text := content.ReplaceAllString(cut.Text, "")
			for _, line := range strings.Split(content.ReplaceAllString(whole.Text, ""), "\n") {
				if !strings.Contains(text, line) {
					t.Errorf("%s: the line %q is lost:\n%s", tool, line, cut.Text)
				}
			}
		}
	})
}

// A run's outputs that begin with its inputs, as the messages of an agent do, are
// written without that part, and are whole in the structure.
func TestOutputsDoNotRepeatInputs(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		message := func(role, text string, more ...string) map[string]any {
			m := map[string]any{"role": role, "content": text}
			for _, name := range more {
				m[name] = "set by the framework"
			}
			return m
		}
		run := trace.Run{ID: idOf("run"), Start: time.Now(), Status: "success",
			Inputs: map[string]any{"messages": []any{message("system", "Be brief."), message("user", "Where is my refund?")}},
			Outputs: map[string]any{"state": map[string]any{"messages": []any{
				message("system", "Be brief.", "id"), message("user", "Where is my refund?"), message("assistant", "Which order is it?"),
			}}},
		}
		s.Sandbox.AddRuns(s.project, run)
		reply := s.Call(t, "get_run", servertest.Args{"session_id": s.project, "run_id": run.ID})
		if n := strings.Count(reply.Text, "Where is my refund?"); n != 1 || !strings.Contains(reply.Text, "(2 items as in the inputs)") || !strings.Contains(reply.Text, "Which order is it?") {
			t.Errorf("%d times in\n%s", n, reply.Text)
		}
		if n := strings.Count(string(reply.Structured), "Where is my refund?"); n != 2 {
			t.Errorf("%d times in the structure", n)
		}
	})
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// callNext makes the next call of a result, and returns its result.
func (s *fixture) callNext(reply servertest.Reply) servertest.Reply {
	s.t.Helper()
	var result struct {
		Next struct {
			Tool      string
			Arguments servertest.Args
		}
	}
	reply.Decode(s.t, &result)
	if !strings.Contains(reply.Text, "Next: "+result.Next.Tool) {
		s.t.Errorf("the structure's next call is %s, but the text says\n%s", result.Next.Tool, reply.Text)
	}
	next := s.Call(s.t, result.Next.Tool, result.Next.Arguments)
	if next.IsError {
		s.t.Fatalf("%s %v: %s", result.Next.Tool, result.Next.Arguments, next.Text)
	}
	return next
}

// The next calls lead from a project to a failing run, each text has each id once, and no
// table has padding.
func TestNextCallsLeadToAFailingRun(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		job := newSupportJob()
		failed := uuid.New()
		s.Sandbox.AddRuns(s.project, trace.Run{ID: failed, Name: "support-assistant", Start: time.Now(), End: time.Now(), Status: "error", Error: "TimeoutError"})
		job.Runs = []sandbox.JobRun{{ClusterID: idOf("Refund never arrives"), Fields: map[string]any{"id": failed, "status": "error"}}}
		s.Sandbox.AddJob(s.project, job)
		reply := s.Call(t, "list_projects", nil)
		for range 4 {
			seen := map[string]bool{}
			for _, id := range uuids.FindAllString(reply.Text, -1) {
				if seen[id] {
					t.Errorf("the id %s stands twice:\n%s", id, reply.Text)
				}
				seen[id] = true
			}
			if strings.Contains(reply.Text, "  |") || strings.Contains(reply.Text, "----") {
				t.Errorf("a table is padded:\n%s", reply.Text)
			}
			if n := strings.Count(reply.Text, "https://"); n > 1 {
				t.Errorf("%d addresses:\n%s", n, reply.Text)
			}
			if strings.HasPrefix(reply.Text, "Run ") {
				break
			}
			reply = s.callNext(reply)
		}
		if !strings.HasPrefix(reply.Text, "Run "+failed.String()) {
			t.Errorf("the calls end at\n%s", reply.Text)
		}
	})
}

// A running job, a failed job and a project without jobs have next calls too.
func TestNextCallsOfUnfinishedJobs(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		list := func() servertest.Reply { return s.Call(t, "list_insights_jobs", servertest.Args{"project": "shop"}) }
		var next struct {
			Next struct {
				Tool      string
				Arguments map[string]any
			}
		}
		expect := func(reply servertest.Reply, tool, argument string, value any) {
			t.Helper()
			next.Next.Arguments = nil
			reply.Decode(t, &next)
			if next.Next.Tool != tool || next.Next.Arguments[argument] != value {
				t.Errorf("next is %+v", next.Next)
			}
		}
		expect(list(), "create_insights_job", "dry_run", true)
		s.Sandbox.AddJob(s.project, newFailedJob())
		expect(list(), "create_insights_job", "dry_run", true)
		expect(s.Call(t, "get_insights_job", servertest.Args{"project": "shop", "job_id": idOf("failed").String()}), "create_insights_job", "dry_run", true)
		s.Sandbox.AddJob(s.project, newRunningJob())
		running := idOf("running").String()
		expect(list(), "wait_for_insights_job", "job_id", running)
		args := servertest.Args{"project": "shop", "job_id": running}
		expect(s.Call(t, "get_insights_job", args), "wait_for_insights_job", "job_id", running)
		expect(s.Call(t, "list_insights_runs", args), "wait_for_insights_job", "job_id", running)
	})
}

// The next call of a dry run does what the dry run has counted.
func TestDryRunLeadsToCall(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		withRuns(s)
		for _, name := range []string{"run 1", "run 2"} {
			s.Sandbox.AddRuns(s.project, trace.Run{ID: idOf(name), Start: time.Now()})
		}
		for tool, args := range map[string]servertest.Args{
			"add_insights_runs_to_dataset":          {"dataset": "failures", "split": "test"},
			"add_insights_runs_to_annotation_queue": {"queue": "to review"},
		} {
			args["project"], args["job_id"], args["cluster_id"], args["limit"], args["dry_run"] = "shop", "latest", "Refund never arrives", 1, true
			dry := s.Call(t, tool, args)
			var next struct {
				Next struct {
					Tool      string
					Arguments servertest.Args
				}
				Added  int
				Failed *int
				RunIDs []string `json:"run_ids"`
			}
			dry.Decode(t, &next)
			if next.Next.Tool != tool || next.Added != 1 {
				t.Fatalf("%s: %s", tool, dry.Structured)
			}
			arguments := next.Next.Arguments
			next.Added, next.RunIDs = 0, nil
			s.Call(t, tool, arguments).Decode(t, &next)
			if next.Added != 1 || len(next.RunIDs) != 1 || next.Failed == nil {
				t.Errorf("%s %v added %+v", tool, arguments, next)
			}
		}
	})
}

// The maximum cost of common tasks, in bytes; docs/tokens.md has it in tokens.
func TestTaskBudgets(t *testing.T) {
	f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{ReadsUntilDone: 1}})
	var reply servertest.Reply
	var text, structure, calls int
	call := func(tool string, args servertest.Args) {
		t.Helper()
		if reply = f.Call(t, tool, args); reply.IsError {
			t.Fatalf("%s: %s", tool, reply.Text)
		}
		text, structure, calls = text+len(reply.Text), structure+len(reply.Structured), calls+1
	}
	var result struct {
		ID   string
		Next struct {
			Tool      string
			Arguments servertest.Args
		}
	}
	next := func() {
		t.Helper()
		result.Next.Arguments = nil
		reply.Decode(t, &result)
		call(result.Next.Tool, result.Next.Arguments)
	}
	within := func(task string, maxCalls, maxText, maxStructure int) {
		t.Helper()
		if calls > maxCalls || text > maxText || structure > maxStructure {
			t.Errorf("%s: %d calls, %d bytes of text, %d of structure", task, calls, text, structure)
		}
		text, structure, calls = 0, 0, 0
	}

	call("create_insights_job", servertest.Args{"project": "chat-prod", "last_n_hours": 168})
	reply.Decode(t, &result)
	call("wait_for_insights_job", servertest.Args{"project": "chat-prod", "job_id": result.ID})
	next()
	next()
	if !strings.Contains(reply.Text, ", error, ") || !strings.HasPrefix(reply.Text, "Run ") {
		t.Errorf("the last call shows no failing run:\n%s", reply.Text)
	}
	within("a report and a failing example, from nothing", 4, 5_450, 9_350)

	call("list_insights_jobs", servertest.Args{"project": "chat-prod"})
	call("get_insights_job", servertest.Args{"project": "chat-prod", "job_id": "latest"})
	next()
	next()
	within("a report that is there and a failing example", 4, 5_450, 9_350)

	args := servertest.Args{"project": "chat-prod", "job_id": "latest", "status": "error", "dataset": "failures", "limit": 20}
	call("add_insights_runs_to_dataset", args)
	delete(args, "dataset")
	args["queue"], args["limit"] = "to review", 5
	call("add_insights_runs_to_annotation_queue", args)
	within("twenty failed traces kept and five to review", 2, 600, 1_300)
}

// A name has the same length in every script: it is cut by characters, if there is room.
func TestNamesAreCutByCharacters(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		name := strings.Repeat("返金", 40)
		job := newSupportJob()
		job.Name, job.Clusters[0].Name = name, name
		s.Sandbox.AddJob(s.project, job)
		s.Sandbox.AddProject(sandbox.Project{Name: name})
		for tool, args := range map[string]servertest.Args{
			"list_projects":      {},
			"list_insights_jobs": {"project": "shop"},
			"get_insights_job":   {"project": "shop", "job_id": "latest"},
		} {
			reply := s.Call(t, tool, args)
			for _, part := range []string{reply.Text, string(reply.Structured)} {
				if !strings.Contains(part, name) {
					t.Errorf("%s cuts a name of 80 characters:\n%s", tool, part)
				}
			}
		}
	})
}
