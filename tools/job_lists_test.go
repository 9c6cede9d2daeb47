package tools_test

import (
	"testing"

	"langsmith-insights-mcp/server/servertest"
)

// The dry run after a job without traces has a wider window and the same filter.
func TestNextCallOfJobWithoutTraces(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		var job struct{ ID string }
		s.Call(t, "create_insights_job", servertest.Args{"project": "shop", "last_n_hours": 24, "filter": `eq(status, "error")`}).Decode(t, &job)
		reply := s.Call(t, "wait_for_insights_job", servertest.Args{"project": "shop", "job_id": job.ID, "timeout_seconds": 600})
		var next struct {
			Next struct{ Arguments servertest.Args }
		}
		s.callNext(reply)
		reply.Decode(t, &next)
		servertest.Golden(t, "wait_for_insights_job/found_nothing.txt", reply.Text)
		for name, want := range map[string]any{"start_time": "1999-12-28T00:00:00Z", "end_time": "2000-01-01T00:00:00Z", "filter": `eq(status, "error")`, "dry_run": true} {
			if next.Next.Arguments[name] != want {
				t.Errorf("%s is %v, not %v", name, next.Next.Arguments[name], want)
			}
		}
	})
}

// Lists of jobs show the filter of each, if it is known.
func TestJobListHasFilters(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		s.Sandbox.AddJob(s.project, newWeekBeforeJob())
		s.Call(t, "create_insights_job", servertest.Args{"project": "shop", "name": "all"})
		s.Call(t, "create_insights_job", servertest.Args{"project": "shop", "name": "failures", "filter": `eq(status, "error")`})
		s.transcript("filtered", "list_insights_jobs", servertest.Args{"project": "shop"})
	})
}
