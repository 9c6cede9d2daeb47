package tools_test

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/servertest"
)

// The project of the wrong calls, and the run of another one.
var (
	helpdesk = idOf("helpdesk")
	shopRun  = idOf("a run of shop")
)

// The categories of its report whose ids begin alike.
var (
	byCard     = uuid.MustParse("5b1e0f6e-1111-4f7a-9a52-6d1f0c2b8e11")
	byTransfer = uuid.MustParse("5b1e0f6e-2222-4f7a-9a52-6d1f0c2b8e11")
)

// correctedCall is an invalid call, parts of its refusal, and the corrected call.
type correctedCall struct {
	name       string
	tool       string
	wrong      servertest.Args
	says       []string
	correction servertest.Args // overrides arguments of the invalid call; omitted ones are dropped

	nextTool string // the tool of the corrected call, if it is another one
}

// omitted is the value of an argument that the corrected call does not have.
var omitted = new(int)

// correctedCalls are made over project helpdesk, which has one report, with id "this week".
func correctedCalls(config string) []correctedCall {
	thisWeek, someRun := idOf("this week").String(), idOf("a run").String()
	ofLatest := func(over servertest.Args) servertest.Args {
		return with(servertest.Args{"project": "helpdesk", "job_id": "latest"}, over)
	}
	inProject := func(over servertest.Args) servertest.Args {
		return with(servertest.Args{"project": "helpdesk"}, over)
	}
	schedule := func(settings object, cron string) servertest.Args {
		return servertest.Args{"project": "helpdesk", "name": "Errors", "config": settings, "schedule_cron": cron}
	}
	partitions := func(n int) object {
		named := object{}
		for _, letter := range "abcdefghijk"[:n] {
			named[string(letter)] = "What begins with it"
		}
		return named
	}
	lastDay := object{"last_n_hours": 24, "sample": 50}
	return []correctedCall{
		// names and ids
		{
			name: "a project misspelt", tool: "list_insights_jobs",
			wrong:      servertest.Args{"project": "helpdeks"},
			says:       []string{`"helpdesk", session_id ` + helpdesk.String()},
			correction: servertest.Args{"project": "helpdesk"},
		},
		{
			name: "a name as session_id", tool: "list_insights_jobs",
			wrong:      servertest.Args{"session_id": "helpdesk"},
			says:       []string{"a project's name is given as project"},
			correction: servertest.Args{"session_id": omitted, "project": "helpdesk"},
		},
		{
			name: "no project", tool: "list_insights_jobs",
			wrong:      servertest.Args{},
			says:       []string{"give session_id (a UUID) or project (a name)"},
			correction: servertest.Args{"project": "helpdesk"},
		},
		{
			name: "two projects", tool: "list_insights_jobs",
			wrong:      servertest.Args{"project": "helpdesk", "session_id": uuid.Max},
			says:       []string{helpdesk.String(), "give one of the two"},
			correction: servertest.Args{"session_id": omitted},
		},
		{
			name: "a job as the project", tool: "list_insights_jobs",
			wrong:      servertest.Args{"session_id": thisWeek},
			says:       []string{"is the id of an Insights job, not of a project", "session_id " + helpdesk.String()},
			correction: servertest.Args{"session_id": helpdesk},
		},
		{
			name: "a project as the job", tool: "get_insights_job",
			wrong:      ofLatest(servertest.Args{"job_id": helpdesk}),
			says:       []string{"is the id of a project, not of an Insights job", "list_insights_jobs session_id=" + helpdesk.String() + " lists its reports"},
			correction: servertest.Args{"project": omitted, "job_id": omitted, "session_id": helpdesk}, nextTool: "list_insights_jobs",
		},
		{
			name: "a run as the job", tool: "get_insights_job",
			wrong:      ofLatest(servertest.Args{"job_id": someRun}),
			says:       []string{"is the id of a run, not of an Insights job", "get_run run_id=" + someRun + " session_id=" + helpdesk.String() + " reads it"},
			correction: servertest.Args{"project": omitted, "job_id": omitted, "run_id": someRun, "session_id": helpdesk}, nextTool: "get_run",
		},
		{
			name: "no job", tool: "get_insights_job",
			wrong:      servertest.Args{"project": "helpdesk"},
			says:       []string{"job_id: is required: latest"},
			correction: servertest.Args{"job_id": "latest"},
		},
		{
			name: "a job's name as its id", tool: "get_insights_job",
			wrong:      ofLatest(servertest.Args{"job_id": "Support, week 52"}),
			says:       []string{"a job's UUID, or latest"},
			correction: servertest.Args{"job_id": "latest"},
		},
		{
			name: "the newest job deleted", tool: "delete_insights_job",
			wrong:      ofLatest(nil),
			says:       []string{"must be a UUID", "list_insights_jobs lists the jobs"},
			correction: servertest.Args{"job_id": thisWeek},
		},
		{
			name: "a category misspelt", tool: "get_insights_job",
			wrong:      ofLatest(servertest.Args{"cluster_id": "Refund never arives"}),
			says:       []string{`"Refund never arrives"`, "cluster_id " + idOf("Refund never arrives").String()},
			correction: servertest.Args{"cluster_id": "Refund never arrives"},
		},
		{
			name: "a beginning of two ids", tool: "get_insights_job",
			wrong:      ofLatest(servertest.Args{"cluster_id": "5b1e0f6e"}),
			says:       []string{`"By card" in "Refund never arrives", cluster_id ` + byCard.String(), `"By transfer" in "Refund never arrives", cluster_id ` + byTransfer.String()},
			correction: servertest.Args{"cluster_id": byCard},
		},
		{
			name: "a job as the category", tool: "list_insights_runs",
			wrong:      ofLatest(servertest.Args{"cluster_id": thisWeek}),
			says:       []string{"is the id of the job, not of a category", "get_insights_job session_id=" + helpdesk.String() + " job_id=" + thisWeek + " lists the categories"},
			correction: servertest.Args{"project": omitted, "cluster_id": omitted, "session_id": helpdesk, "job_id": thisWeek}, nextTool: "get_insights_job",
		},
		{
			name: "a run of another project", tool: "get_run",
			wrong:      servertest.Args{"project": "helpdesk", "run_id": shopRun},
			says:       []string{"call get_run without"},
			correction: servertest.Args{"project": omitted},
		},
		{
			name: "a config that is not there", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"config_id": uuid.Max}),
			says:       []string{`is not a config of project "helpdesk"; it has "Weekly errors", config_id ` + config},
			correction: servertest.Args{"config_id": config},
		},

		// the window
		{
			name: "two windows at once", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"last_n_hours": 24, "start_time": "1999-12-31T00:00:00Z"}),
			says:       []string{"use last_n_hours, or start_time with an optional end_time, not both"},
			correction: servertest.Args{"start_time": omitted},
		},
		{
			name: "an end before its start", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"start_time": "1999-12-31T00:00:00Z", "end_time": "1999-12-30T00:00:00Z"}),
			says:       []string{"end_time: must be later than start_time"},
			correction: servertest.Args{"start_time": "1999-12-30T00:00:00Z", "end_time": "1999-12-31T00:00:00Z"},
		},
		{
			name: "a window in the future", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"start_time": "2000-01-08T00:00:00Z"}),
			says:       []string{"start_time: is in the future"},
			correction: servertest.Args{"start_time": "1999-12-25T00:00:00Z"},
		},
		{
			name: "a time without a zone", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"start_time": "1999-12-31T00:00:00"}),
			says:       []string{"with a zone, such as 2026-01-31T00:00:00Z"},
			correction: servertest.Args{"start_time": "1999-12-31T00:00:00Z"},
		},

		// what a job reads, and how
		{
			name: "nothing to sample", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"sample": 0}),
			says:       []string{"sample: must be above 0"},
			correction: servertest.Args{"sample": 1},
		},
		{
			name: "too much to sample", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"sample": 5000}),
			says:       []string{"sample: must be at most 1000"},
			correction: servertest.Args{"sample": 1000},
		},
		{
			name: "too many partitions", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"partitions": partitions(11)}),
			says:       []string{"partitions: must have at most 10 entries, not 11"},
			correction: servertest.Args{"partitions": partitions(10)},
		},
		{
			name: "a prompt without a variable", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"summary_prompt": "Summarize it."}),
			says:       []string{"in double braces, such as {{run.inputs}}"},
			correction: servertest.Args{"summary_prompt": "Summarize {{run.inputs}}."},
		},
		{
			name: "one model of two", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"cluster_model": "openai"}),
			says:       []string{"summary_model: must be set too"},
			correction: servertest.Args{"summary_model": "openai"},
		},
		{
			name: "an unknown model", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"model": "gpt-5"}),
			says:       []string{"model: must be one of openai, anthropic"},
			correction: servertest.Args{"model": "openai"},
		},
		{
			name: "a filter that cannot be read", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"filter": "status = error"}),
			says:       []string{"filter: cannot be read", `a good one is and(eq(status, "error"), gt(latency, 5))`},
			correction: servertest.Args{"filter": `and(eq(status, "error"), gt(latency, 5))`},
		},
		{
			name: "an argument misspelt", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"last_hours": 24}),
			says:       []string{"last_hours: is not an argument; did you mean last_n_hours?"},
			correction: servertest.Args{"last_hours": omitted, "last_n_hours": 24},
		},
		{
			name: "a text for a number", tool: "create_insights_job",
			wrong:      inProject(servertest.Args{"last_n_hours": "a day"}),
			says:       []string{"last_n_hours: must be an integer"},
			correction: servertest.Args{"last_n_hours": 24},
		},
		{
			name: "several mistakes", tool: "create_insights_job",
			wrong:      servertest.Args{"modle": "openai", "sample": 0, "start_time": "1999-12-31"},
			says:       []string{"project: is required", "did you mean model?", "sample: must be above 0", "start_time: must be a time with a zone"},
			correction: servertest.Args{"project": "helpdesk", "modle": omitted, "model": "openai", "sample": 10, "start_time": "1999-12-31T00:00:00Z"},
		},

		// schedules
		{
			name: "a cron that is none", tool: "create_insights_config",
			wrong:      schedule(lastDay, "0 25 * * mon"),
			says:       []string{`its hour, "25", is invalid`, "numbers (0 to 23)"},
			correction: servertest.Args{"schedule_cron": "0 23 * * mon"},
		},
		{
			name: "a cron with a time zone", tool: "create_insights_config",
			wrong:      schedule(lastDay, "CRON_TZ=Europe/Berlin 0 6 * * mon"),
			says:       []string{"omit the zone and give the hours in UTC"},
			correction: servertest.Args{"schedule_cron": "0 5 * * mon"},
		},
		{
			name: "more than 31 runs", tool: "create_insights_config",
			wrong:      schedule(lastDay, "0 * * * *"),
			says:       []string{"accept_runs_per_month: must be 744 or more"},
			correction: servertest.Args{"accept_runs_per_month": 744},
		},
		{
			name: "a fixed start with a cron", tool: "create_insights_config",
			wrong:      schedule(object{"start_time": "1999-12-01T00:00:00Z"}, mondays),
			says:       []string{"use last_n_hours in config"},
			correction: servertest.Args{"config": lastDay},
		},

		// lists
		{
			name: "a status that is none", tool: "list_insights_runs",
			wrong:      ofLatest(servertest.Args{"status": "failed"}),
			says:       []string{"status: must be one of error, success"},
			correction: servertest.Args{"status": "error"},
		},
		{
			name: "a limit of none", tool: "list_insights_jobs",
			wrong:      inProject(servertest.Args{"limit": 0}),
			says:       []string{"limit: must be at least 1"},
			correction: servertest.Args{"limit": 1},
		},
		{
			name: "a limit of too many", tool: "list_insights_jobs",
			wrong:      inProject(servertest.Args{"limit": 101}),
			says:       []string{"limit: must be at most 100"},
			correction: servertest.Args{"limit": 100},
		},
		{
			name: "a negative offset", tool: "list_insights_jobs",
			wrong:      inProject(servertest.Args{"offset": -1}),
			says:       []string{"offset: must be at least 0"},
			correction: servertest.Args{"offset": 0},
		},
		{
			name: "too many characters", tool: "list_insights_runs",
			wrong:      ofLatest(servertest.Args{"max_chars": 50001}),
			says:       []string{"max_chars: must be at most 50000"},
			correction: servertest.Args{"max_chars": 50000},
		},
		{
			name: "two choices of traces", tool: "add_insights_runs_to_dataset",
			wrong:      ofLatest(servertest.Args{"dataset": "failures", "cluster_id": "Billing", "run_ids": []string{someRun}}),
			says:       []string{"run_ids: cannot be given with cluster_id"},
			correction: servertest.Args{"cluster_id": omitted},
		},
		{
			name: "no choice of traces", tool: "add_insights_runs_to_dataset",
			wrong:      inProject(servertest.Args{"dataset": "failures"}),
			says:       []string{"job_id: is required: latest"},
			correction: servertest.Args{"job_id": "latest"},
		},
	}
}

// An invalid call changes nothing, and its refusal has what the corrected call needs.
func TestCorrectedCalls(t *testing.T) {
	for i, named := range correctedCalls("") {
		t.Run(named.name, func(t *testing.T) {
			runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
				c := correctedCalls(s.addHelpdesk())[i]
				before := s.state()
				refused := s.Call(t, c.tool, c.wrong)
				if !refused.IsError {
					t.Fatalf("%s %v is not refused: %s", c.tool, c.wrong, refused.Text)
				}
				for _, words := range c.says {
					if !strings.Contains(refused.Text, words) {
						t.Errorf("%q is not in\n%s", words, refused.Text)
					}
				}
				if after := s.state(); after != before {
					t.Errorf("the refused call changed\n%s\nto\n%s", before, after)
				}
				args := with(c.wrong, c.correction)
				for name, value := range args {
					if value == omitted {
						delete(args, name)
					}
				}
				corrected := cmp.Or(c.nextTool, c.tool)
				if reply := s.Call(t, corrected, args); reply.IsError {
					t.Errorf("%s %v: %s", corrected, args, reply.Text)
				}
			})
		})
	}
}

// addHelpdesk adds the project of the wrong calls and lists the projects, so that the
// caller has seen it. It returns the id of the project's config.
func (s *fixture) addHelpdesk() (config string) {
	s.t.Helper()
	s.Sandbox.AddRuns(s.project, trace.Run{ID: shopRun, Name: "assistant", Start: time.Now()})
	s.Sandbox.AddProject(sandbox.Project{ID: helpdesk, Name: "helpdesk", Runs: []trace.Run{
		{ID: idOf("a run"), Name: "assistant", Start: time.Now(), Status: trace.Failed, Error: "Timeout"},
	}})
	job := newSupportJob()
	for name, id := range map[string]uuid.UUID{"By card": byCard, "By transfer": byTransfer} {
		cluster := newCategory(name, "Refund never arrives", 1, nil)
		cluster.ID = id
		job.Clusters = append(job.Clusters, cluster)
	}
	job.Runs = []sandbox.JobRun{{ClusterID: byCard, Fields: map[string]any{"id": idOf("a run")}}}
	s.Sandbox.AddJob(helpdesk, job)
	s.Call(s.t, "list_projects", nil)
	return s.saveConfig(with(weeklyErrors, servertest.Args{"project": "helpdesk"}))
}

// state returns what calls can change: the jobs and configs of project helpdesk, and the
// datasets.
func (s *fixture) state() string {
	s.t.Helper()
	lists := map[string]json.RawMessage{}
	for _, path := range []string{"/sessions/" + helpdesk.String() + "/insights", "/sessions/" + helpdesk.String() + "/insights/configs", "/datasets"} {
		var list json.RawMessage
		s.ask(path, &list)
		lists[path] = list
	}
	return encodeJSON(s.t, lists)
}
