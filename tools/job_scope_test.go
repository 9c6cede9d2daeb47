package tools_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// scopedJob is the part of a result with a job's times and scope.
type scopedJob struct {
	ID        string  `json:"id"`
	StartTime string  `json:"start_time"`
	EndTime   string  `json:"end_time"`
	Scope     *object `json:"scope"`
}

// Every tool that shows a job returns its scope as requested; start_time and end_time are
// those of the work.
func TestScopeOfAStartedJob(t *testing.T) {
	runFixture(t, servertest.Options{Sandbox: sandbox.Options{JobDuration: 20 * time.Minute}}, func(t *testing.T, s *fixture) {
		want := &object{"start_time": "1999-12-31T00:00:00Z", "end_time": "2000-01-01T00:00:00Z", "filter": `eq(status, "error")`, "sample": 200.0}
		args := with(whyGiveUp, servertest.Args{"filter": `eq(status, "error")`})
		var created scopedJob
		s.Call(t, "create_insights_job", args).Decode(t, &created)
		s.check(t, "create", created, want, "")

		time.Sleep(5 * time.Minute)
		var again scopedJob
		s.Call(t, "create_insights_job", args).Decode(t, &again)
		s.check(t, "create again", again, want, "")

		time.Sleep(20 * time.Minute)
		for _, tool := range []string{"get_insights_job", "wait_for_insights_job"} {
			var read scopedJob
			s.Call(t, tool, servertest.Args{"project": "shop", "job_id": created.ID}).Decode(t, &read)
			s.check(t, tool, read, want, "2000-01-01T00:02:00Z")
		}
		var listed struct{ Jobs []scopedJob }
		s.Call(t, "list_insights_jobs", servertest.Args{"project": "shop"}).Decode(t, &listed)
		s.check(t, "list_insights_jobs", listed.Jobs[0], want, "2000-01-01T00:02:00Z")
	})
}

func (s *fixture) check(t *testing.T, what string, got scopedJob, scope *object, started string) {
	t.Helper()
	if !reflect.DeepEqual(got.Scope, scope) || got.StartTime != started {
		data, err := json.Marshal(got)
		t.Errorf("%s has %s, %v", what, data, err)
	}
}

// The scope of a job that somebody else started has only what LangSmith returns: the
// window, if the job's two times are one.
func TestScopeThatLangSmithShows(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		created := time.Now().Add(-time.Hour)
		for name, c := range map[string]struct {
			start, end time.Time
			scope      *object
			started    string
		}{
			"a week": {created.AddDate(0, 0, -7), created, &object{"start_time": "1999-12-24T23:00:00Z", "end_time": "1999-12-31T23:00:00Z"}, ""},
			"ten minutes before": {created.Add(-20 * time.Minute), created.Add(-10 * time.Minute),
				&object{"start_time": "1999-12-31T22:40:00Z", "end_time": "1999-12-31T22:50:00Z"}, ""},
			"its work": {created, created.Add(10 * time.Minute), nil, "1999-12-31T23:00:00Z"},
			"begun":    {created, time.Time{}, nil, "1999-12-31T23:00:00Z"},
			"nothing":  {},
		} {
			job := s.Sandbox.AddJob(s.project, sandbox.Job{Name: name, Status: "success", CreatedAt: created, StartTime: c.start, EndTime: c.end})
			var read scopedJob
			s.Call(t, "get_insights_job", servertest.Args{"project": "shop", "job_id": job}).Decode(t, &read)
			s.check(t, name, read, c.scope, c.started)
		}
	})
}
