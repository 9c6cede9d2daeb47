package tools_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

func TestCompareInsightsJobs(t *testing.T) {
	pair := servertest.Args{"job_id": named("this week").String(), "baseline_job_id": named("week before").String()}
	with := func(more servertest.Args) servertest.Args {
		args := maps.Clone(pair)
		maps.Copy(args, more)
		return args
	}
	elsewhere := func(s *stage) {
		s.concurrent = true
		s.Sandbox.AddJob(s.project, support())
		s.Sandbox.AddJob(s.Sandbox.AddProject(sandbox.Project{ID: named("staging"), Name: "shop-staging"}), weekBefore())
	}
	jobs := func(all ...func() sandbox.Job) func(*stage) {
		return func(s *stage) {
			s.concurrent = true
			jobs(all...)(s)
		}
	}
	changed := func(from func() sandbox.Job, change func(*sandbox.Job)) func() sandbox.Job {
		return func() sandbox.Job {
			job := from()
			change(&job)
			return job
		}
	}
	play(t, "compare_insights_jobs", []scene{
		{name: "two_weeks", prepare: jobs(weekBefore, support), args: pair},
		{name: "two_projects", prepare: elsewhere, args: with(servertest.Args{"baseline_project": "shop-staging"})},
		{name: "small_samples", prepare: jobs(changed(weekBefore, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{category("Refunds", "", 6, nil), category("Login", "", 4, nil)}
		}), changed(support, func(j *sandbox.Job) {
			j.StartTime, j.ConfigID = j.StartTime.Add(-time.Hour), nil
			j.Clusters = []sandbox.Cluster{category("Refunds", "", 3, nil), category("Login", "", 6, nil)}
		})), args: pair},
		{name: "nothing_changed", prepare: jobs(changed(support, func(j *sandbox.Job) { j.ID = named("week before") }), support), args: pair},
		{name: "nothing_in_them", prepare: jobs(changed(weekBefore, func(j *sandbox.Job) { j.Clusters = nil }), support), args: pair},
		{name: "hostile", prepare: jobs(weekBefore, hostileJob), args: pair},
		{name: "unfinished", prepare: jobs(weekBefore, changed(runningJob, func(j *sandbox.Job) { j.ID = named("this week") })), args: pair},
		{name: "unfinished_baseline", prepare: jobs(support, changed(runningJob, func(j *sandbox.Job) { j.ID = named("week before") })), args: pair},
		{name: "failed", prepare: jobs(weekBefore, changed(failedJob, func(j *sandbox.Job) { j.ID = named("this week") })), args: pair},
		{name: "no_such_baseline", prepare: jobs(support), args: pair},
		{name: "with_itself", prepare: jobs(support), args: with(servertest.Args{"baseline_job_id": named("this week").String()})},
		{name: "projects_that_disagree", prepare: elsewhere, args: with(servertest.Args{"baseline_project": "shop-staging", "baseline_session_id": uuid.Max.String()})},
		{name: "no_such_baseline_project", prepare: elsewhere, args: with(servertest.Args{"baseline_project": "staging"})},
		{name: "bad_arguments", args: servertest.Args{"job_id": "Weekly", "baseline": "last"}},
	})
}

func TestCompareInsightsJobsFitsItsBudget(t *testing.T) {
	for name, filler := range fillers {
		f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
		project := f.Sandbox.AddProject(sandbox.Project{Name: "shop"})
		now, baseline := wide(400, filler), wide(400, "other words ")
		baseline.ID = named("baseline")
		for i := range now.Clusters[:200] {
			now.Clusters[i].Name = baseline.Clusters[i].Name
		}
		for i := range now.Clusters {
			now.Clusters[i].Description, baseline.Clusters[i].Description = "", ""
		}
		args := servertest.Args{
			"session_id": project.String(), "job_id": f.Sandbox.AddJob(project, now).String(), "baseline_job_id": f.Sandbox.AddJob(project, baseline).String(),
		}
		reply := f.Call(t, "compare_insights_jobs", args)
		within(t, name, reply, defaultBudget)
		var lists map[string]json.RawMessage
		reply.Decode(t, &lists)
		shown := 0
		for _, list := range []string{"appeared", "vanished", "grew", "shrank", "unchanged"} {
			var changes []json.RawMessage
			if err := json.Unmarshal(lists[list], &changes); err != nil || changes == nil {
				t.Errorf("%s: %s is %s: %v", name, list, lists[list], err)
			}
			shown += len(changes)
		}
		if shown < 20 {
			t.Errorf("%s: only %d changes are shown", name, shown)
		}
	}
}
