package tools_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/servertest"
)

// addThreeWeeksOfRuns adds a trace for each eight hours up to now, every third of which
// failed.
func (s *fixture) addThreeWeeksOfRuns() {
	runs := make([]trace.Run, 3*21)
	for i := range runs {
		start := time.Now().Add(-time.Duration(i) * 8 * time.Hour)
		runs[i] = trace.Run{ID: idOf(fmt.Sprint("run ", i)), Start: start, End: start.Add(time.Second), Status: trace.Success, Inputs: map[string]any{"question": "Where is my refund?"}}
		if i%3 == 0 {
			runs[i].Status, runs[i].Error = trace.Failed, "Timeout"
		}
	}
	s.Sandbox.AddRuns(s.project, runs...)
}

// report starts a job through the server and waits for its report, and returns its id.
func (s *fixture) report(args servertest.Args) string {
	s.t.Helper()
	var job struct{ ID string }
	s.Call(s.t, "create_insights_job", with(servertest.Args{"project": "shop"}, args)).Decode(s.t, &job)
	if reply := s.Call(s.t, "wait_for_insights_job", servertest.Args{"project": "shop", "job_id": job.ID, "timeout_seconds": 900}); !strings.Contains(reply.Text, " finished: ") {
		s.t.Fatalf("there is no report:\n%s", reply.Text)
	}
	return job.ID
}

// Two jobs with different scopes are compared with a caution that says so, and their
// scopes stand in text and structure.
func TestCompareCautionsOfScopes(t *testing.T) {
	const failures = `eq(status, "error")`
	window := func(from, to string) servertest.Args {
		return servertest.Args{"start_time": "1999-12-" + from + "T00:00:00Z", "end_time": "1999-12-" + to + "T00:00:00Z"}
	}
	backwards, overlap, length, filters, samples := "goes back in time: swap job_id and baseline_job_id", "windows overlap", "compare shares, not counts", "filters differ", "samples differ"
	for name, c := range map[string]struct {
		baseline, job servertest.Args
		cautions      []string // those of these five
	}{
		"one after the other":    {window("10", "17"), window("17", "24"), nil},
		"the earlier made later": {window("17", "24"), window("10", "17"), []string{backwards}},
		"a tenth longer":         {window("10", "19"), window("19", "29"), nil},
		"longer":                 {window("10", "17"), window("17", "25"), []string{length}},
		"one within the other":   {servertest.Args{"last_n_hours": 168}, servertest.Args{"last_n_hours": 48}, []string{overlap, length}},
		"failures and all":       {window("10", "17"), with(window("17", "24"), servertest.Args{"filter": failures}), []string{filters}},
		"failures":               {with(window("10", "17"), servertest.Args{"filter": failures}), with(window("17", "24"), servertest.Args{"filter": failures}), nil},
		"samples":                {with(window("10", "17"), servertest.Args{"sample": 20}), window("17", "24"), []string{samples}},
		"everything":             {with(window("17", "24"), servertest.Args{"sample": 20}), with(window("11", "21"), servertest.Args{"filter": failures}), []string{backwards, overlap, length, filters, samples}},
	} {
		t.Run(name, func(t *testing.T) {
			runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
				s.addThreeWeeksOfRuns()
				s.report(c.baseline)
				time.Sleep(time.Hour)
				s.report(c.job)
				reply := s.Call(t, "compare_insights_jobs", servertest.Args{"project": "shop"})
				var compared struct {
					Job, Baseline struct{ Scope map[string]any }
					Caution       []string
				}
				reply.Decode(t, &compared)
				for _, caution := range []string{backwards, overlap, length, filters, samples} {
					joined := strings.Contains(strings.Join(compared.Caution, "\n"), caution)
					if want := strings.Contains(strings.Join(c.cautions, "\n"), caution); joined != want || strings.Contains(reply.Text, caution) != want {
						t.Errorf("the caution %q is there: %t\n%s", caution, joined, reply.Text)
					}
				}
				for _, side := range []struct {
					scope map[string]any
					args  servertest.Args
				}{{compared.Job.Scope, c.job}, {compared.Baseline.Scope, c.baseline}} {
					if side.scope["end_time"] == nil {
						t.Errorf("no window of %v in %s", side.args, reply.Structured)
					}
					for _, setting := range []string{"start_time", "end_time", "filter"} {
						if given, ok := side.args[setting]; ok && !reflect.DeepEqual(side.scope[setting], given) {
							t.Errorf("%s is %v, not %v", setting, side.scope[setting], given)
						}
					}
				}
			})
		})
	}
}

// A comparison that goes back in time leads to the same two jobs in the other order.
func TestCompareBackwardsLeadsForwards(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		elsewhere := s.Sandbox.AddProject(sandbox.Project{Name: "shop-staging"})
		this, before := newSupportJob(), newWeekBeforeJob()
		s.Sandbox.AddJob(s.project, this)
		s.Sandbox.AddJob(s.project, before)
		other := newWeekBeforeJob()
		other.ID = idOf("other")
		s.Sandbox.AddJob(elsewhere, other)
		for _, args := range []servertest.Args{
			{"session_id": s.project, "job_id": before.ID, "baseline_job_id": this.ID},
			{"session_id": elsewhere, "job_id": other.ID, "baseline_session_id": s.project, "baseline_job_id": this.ID},
		} {
			var compared struct {
				Next struct {
					Tool      string
					Arguments servertest.Args
				}
			}
			reply := s.Call(t, "compare_insights_jobs", args)
			reply.Decode(t, &compared)
			if next := compared.Next; next.Tool != "compare_insights_jobs" || next.Arguments["job_id"] != this.ID.String() || next.Arguments["baseline_job_id"] != fmt.Sprint(args["job_id"]) {
				t.Fatalf("next is %v", compared.Next)
			}
			if want := "Next: compare_insights_jobs session_id=" + s.project.String() + " job_id=" + this.ID.String(); !strings.Contains(reply.Text, want) {
				t.Errorf("%q is not in\n%s", want, reply.Text)
			}
			forwards := s.Call(t, compared.Next.Tool, compared.Next.Arguments)
			if forwards.IsError || strings.Contains(forwards.Text, "back in time") {
				t.Errorf("the next call returns\n%s", forwards.Text)
			}
		}
	})
}

// A comparison of two jobs that did not read alike names two that did, if there are.
func TestCompareNamesSuccessiveReports(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		s.addThreeWeeksOfRuns()
		before := servertest.Args{"start_time": "1999-12-10T00:00:00Z", "end_time": "1999-12-17T00:00:00Z"}
		after := servertest.Args{"start_time": "1999-12-17T00:00:00Z", "end_time": "1999-12-24T00:00:00Z"}
		baseline, job := s.report(before), s.report(after)
		cautions := func(args servertest.Args) string {
			reply := s.Call(t, "compare_insights_jobs", with(servertest.Args{"project": "shop"}, args))
			var compared struct{ Caution []string }
			reply.Decode(t, &compared)
			joined := strings.Join(compared.Caution, "\n")
			if strings.Contains(reply.Text, "successive") != strings.Contains(joined, "successive") {
				t.Errorf("text and structure differ: %s", reply.Text)
			}
			return joined
		}
		better := "job_id=" + job + " baseline_job_id=" + baseline
		if joined := cautions(nil); strings.Contains(joined, "successive") {
			t.Errorf("two with the same scope: %s", joined)
		}
		failures := s.report(with(after, servertest.Args{"filter": `eq(status, "error")`}))
		if joined := cautions(nil); !strings.Contains(joined, "compare_insights_jobs session_id="+s.project.String()+" "+better) {
			t.Errorf("%s is not named: %s", better, joined)
		}
		if joined := cautions(servertest.Args{"job_id": failures}); strings.Contains(joined, "successive") {
			t.Errorf("another job than the requested one: %s", joined)
		}
		s.report(with(before, servertest.Args{"filter": `eq(status, "error")`}))
		if joined := cautions(nil); !strings.Contains(joined, "swap job_id and baseline_job_id") || strings.Contains(joined, "successive") {
			t.Errorf("started in the other order: %s", joined)
		}
	})
}

// The unknown filter of somebody else's job is not invented.
func TestCompareWithUnknownFilter(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		s.addThreeWeeksOfRuns()
		s.Sandbox.AddJob(s.project, newWeekBeforeJob())
		s.report(servertest.Args{"last_n_hours": 168, "filter": `eq(status, "error")`})
		reply := s.Call(t, "compare_insights_jobs", servertest.Args{"project": "shop"})
		if want := `Caution: The job reads only "eq(status, \"error\")"; the baseline's filter is unknown.`; !strings.Contains(reply.Text, want) {
			t.Errorf("%q is not in\n%s", want, reply.Text)
		}
	})
}

// If there is no earlier report the refusal suggests calls that lead to one, and these
// work.
func TestCompareWithoutAnEarlierReport(t *testing.T) {
	runFixture(t, servertest.Options{Sandbox: sandbox.Options{JobDuration: 10 * time.Minute}}, func(t *testing.T, s *fixture) {
		s.addThreeWeeksOfRuns()
		first := s.report(servertest.Args{"last_n_hours": 24, "filter": `eq(status, "error")`, "sample": 50})
		s.transcript("first", "compare_insights_jobs", servertest.Args{"project": "shop"})
		before := servertest.Args{"project": "shop", "name": "Day before", "start_time": "1999-12-30T00:00:00Z", "end_time": "1999-12-31T00:00:00Z",
			"filter": `eq(status, "error")`, "sample": 50}
		if reply := s.Call(t, "create_insights_job", with(before, servertest.Args{"dry_run": true})); reply.IsError {
			t.Errorf("the way is refused: %s", reply.Text)
		}
		s.Call(t, "create_insights_job", before)
		pair := servertest.Args{"project": "shop", "job_id": first}
		s.transcript("first_and_one_unfinished", "compare_insights_jobs", pair)
		time.Sleep(15 * time.Minute)
		s.transcript("first_and_one_made_after", "compare_insights_jobs", pair)
	})
}

// No comparison is suggested for the only report, if the list was read.
func TestNoComparisonForFirstReport(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		latest := servertest.Args{"project": "shop", "job_id": "latest"}
		offers := func(tool string) bool {
			return strings.Contains(s.Call(t, tool, latest).Text, "compare_insights_jobs")
		}
		s.Sandbox.AddJob(s.project, newWeekBeforeJob())
		for _, tool := range []string{"get_insights_job", "wait_for_insights_job", "list_insights_jobs"} {
			if tool == "list_insights_jobs" {
				delete(latest, "job_id")
			}
			if offers(tool) {
				t.Errorf("%s offers to compare the first report", tool)
			}
		}
		s.Sandbox.AddJob(s.project, newSupportJob())
		if !offers("list_insights_jobs") {
			t.Error("two reports are not said to be compared")
		}
		latest["job_id"] = "latest"
		if !offers("get_insights_job") {
			t.Error("the second report is not said to be compared")
		}
	})
}
