package tools_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// transcriptCase is one call with its own fixture.
type transcriptCase struct {
	name    string
	prepare func(*fixture)
	args    servertest.Args // besides the project's session_id; nil removes one
	fault   *sandbox.Fault
	options servertest.Options
}

// runTranscripts makes calls of one tool and compares each with its golden file.
func runTranscripts(t *testing.T, tool string, cases []transcriptCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			runWithEachRoutes(t, c.options, func(t *testing.T, s *fixture) {
				args := servertest.Args{"session_id": s.project.String()}
				for name, value := range c.args {
					if args[name] = value; value == nil {
						delete(args, name)
					}
				}
				if c.prepare != nil {
					c.prepare(s)
				}
				if c.fault != nil {
					s.Sandbox.Inject(*c.fault)
				}
				s.transcript(c.name, tool, args)
			})
		})
	}
}

// jobs returns a function that adds jobs to the fixture's project, in their order.
func jobs(all ...func() sandbox.Job) func(*fixture) {
	return func(s *fixture) {
		for _, job := range all {
			s.Sandbox.AddJob(s.project, job())
		}
	}
}

func newFailedJob() sandbox.Job {
	return sandbox.Job{ID: idOf("failed"), Name: "Friday's", Status: "error", Error: "Model quota exceeded: insufficient_quota", CreatedAt: time.Now().Add(-2 * time.Hour)}
}

func newRunningJob() sandbox.Job {
	return sandbox.Job{ID: idOf("running"), Name: "Tonight's", Status: "running", CreatedAt: time.Now().Add(-4 * time.Minute)}
}

func TestListInsightsJobs(t *testing.T) {
	many := func(s *fixture) {
		for i := range 45 {
			s.Sandbox.AddJob(s.project, sandbox.Job{ID: idOf(fmt.Sprint(i)), Name: fmt.Sprintf("Job %d", i), CreatedAt: time.Now()})
		}
	}
	runTranscripts(t, "list_insights_jobs", []transcriptCase{
		{name: "jobs", prepare: jobs(newWeekBeforeJob, newSupportJob, newFailedJob, newRunningJob)},
		{name: "of_a_config", prepare: jobs(newWeekBeforeJob, newSupportJob, newFailedJob), args: servertest.Args{"config_id": idOf("weekly config").String()}},
		{name: "first_page", prepare: many, args: servertest.Args{"limit": 2}},
		{name: "second_page", prepare: many, args: servertest.Args{"limit": 2, "offset": 2}},
		{name: "past_the_end", prepare: many, args: servertest.Args{"offset": 60}},
		{name: "none", prepare: jobs(), args: servertest.Args{"project": "shop"}},
		{name: "none_of_a_config", prepare: jobs(newSupportJob), args: servertest.Args{"config_id": uuid.Max.String()}},
		{name: "hostile", prepare: jobs(func() sandbox.Job {
			return sandbox.Job{ID: idOf("hostile"), Name: hostileText, Status: "error", Error: hostileText, CreatedAt: time.Now()}
		}, func() sandbox.Job {
			return sandbox.Job{ID: idOf("hostile too"), Name: hostileText, Status: "a | b\n# c", CreatedAt: time.Now()}
		})},
		{name: "bad_arguments", args: servertest.Args{"limit": 0, "status": "running", "config_id": "weekly"}},
		{name: "no_project", args: servertest.Args{"session_id": nil}},
		{name: "no_such_project", args: servertest.Args{"session_id": uuid.Max.String()}},
		{name: "unauthorized", fault: &sandbox.Fault{Status: 401, Body: `{"detail":"Invalid token"}`}},
	})
}

func TestListInsightsJobsFitsItsBudget(t *testing.T) {
	for name, filler := range fillers {
		const count = 45
		f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
		project := f.Sandbox.AddProject(sandbox.Project{Name: "shop"})
		long := longText(filler)[:2000]
		for range count {
			f.Sandbox.AddJob(project, sandbox.Job{Name: long, Status: "error", Error: long})
		}
		args := servertest.Args{"session_id": project.String()}
		within(t, name, f.Call(t, "list_insights_jobs", args), defaultBudget)
		args["limit"] = 100
		within(t, name, f.Call(t, "list_insights_jobs", args), largestBudget)
		seen := 0
		for more := true; more; {
			var page struct {
				Jobs       []struct{ ID string }
				NextOffset int `json:"next_offset"`
			}
			f.Call(t, "list_insights_jobs", args).Decode(t, &page)
			seen += len(page.Jobs)
			args["offset"], more = page.NextOffset, page.NextOffset > 0
		}
		if seen != count {
			t.Errorf("%s: %d of %d jobs can be reached", name, seen, count)
		}
	}
}

func TestRenameInsightsJob(t *testing.T) {
	job := servertest.Args{"job_id": idOf("this week").String(), "name": "Refunds, week 52"}
	with := func(name string, value any) servertest.Args {
		args := servertest.Args{name: value}
		for name, value := range job {
			if _, given := args[name]; !given {
				args[name] = value
			}
		}
		return args
	}
	runTranscripts(t, "rename_insights_job", []transcriptCase{
		{name: "renamed", prepare: jobs(newSupportJob), args: job},
		{name: "hostile", prepare: jobs(newSupportJob), args: with("name", hostileText)},
		{name: "no_such_job", args: job},
		{name: "bad_arguments", args: with("name", "")},
		{name: "not_allowed", args: job, fault: &sandbox.Fault{Method: "PATCH", Status: 403, Body: `{"detail":"Forbidden"}`}},
		{name: "answer_lost", prepare: jobs(newSupportJob), args: job, fault: &sandbox.Fault{Method: "PATCH", Status: 500, Body: `{"detail":"Internal Server Error"}`, AfterProcessing: true}},
	})
}

func TestDeleteInsightsJob(t *testing.T) {
	job := servertest.Args{"job_id": idOf("this week").String()}
	runTranscripts(t, "delete_insights_job", []transcriptCase{
		{name: "deleted", prepare: jobs(newSupportJob), args: job},
		{name: "already_gone", args: job},
		{name: "no_such_project", prepare: jobs(newSupportJob), args: servertest.Args{"job_id": idOf("this week").String(), "session_id": uuid.Max.String()}},
		{name: "bad_arguments", args: servertest.Args{"job_id": nil}},
		{name: "answer_broke_off", prepare: jobs(newSupportJob), args: job, fault: &sandbox.Fault{Method: "DELETE", DropAfter: true, Times: 1}},
		{name: "not_allowed", prepare: jobs(newSupportJob), args: job, fault: &sandbox.Fault{Method: "DELETE", Status: 403, Body: `{"error":"org_scoped_key_requires_workspace"}`}},
	})
}

// Only a response that names the job proves that it was deleted. After any other one an
// equal call starts no second job.
func TestDeletionWithoutProof(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		jobs int
	}{
		"named":   {body: "", jobs: 2},
		"unnamed": {body: `{"message":"queued"}`, jobs: 1},
		"another": {body: `{"id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11","message":"deleted"}`, jobs: 1},
	} {
		t.Run(name, func(t *testing.T) {
			runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
				args := servertest.Args{"project": "shop"}
				started := s.read("create_insights_job", args)
				if test.body != "" {
					s.Sandbox.Inject(sandbox.Fault{Method: "DELETE", AfterProcessing: true, Body: test.body})
				}
				s.Call(t, "delete_insights_job", servertest.Args{"project": "shop", "job_id": started.ID.String()})
				s.Call(t, "create_insights_job", args)
				if got := s.Sandbox.JobsStarted(); got != test.jobs {
					t.Errorf("%d jobs were started, want %d", got, test.jobs)
				}
			})
		})
	}
}
