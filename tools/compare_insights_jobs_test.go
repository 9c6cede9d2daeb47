package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

func TestCompareInsightsJobs(t *testing.T) {
	pair := servertest.Args{"job_id": idOf("this week").String(), "baseline_job_id": idOf("week before").String()}
	with := func(more servertest.Args) servertest.Args {
		args := maps.Clone(pair)
		maps.Copy(args, more)
		return args
	}
	elsewhere := func(s *fixture) {
		s.concurrent = true
		s.Sandbox.AddJob(s.project, newSupportJob())
		s.Sandbox.AddJob(s.Sandbox.AddProject(sandbox.Project{ID: idOf("staging"), Name: "shop-staging"}), newWeekBeforeJob())
	}
	jobs := func(all ...func() sandbox.Job) func(*fixture) {
		return func(s *fixture) {
			s.concurrent = true
			jobs(all...)(s)
		}
	}
	racing := func(all ...func() sandbox.Job) func(*fixture) {
		return func(s *fixture) {
			s.racing = true
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
	runTranscripts(t, "compare_insights_jobs", []transcriptCase{
		{name: "two_weeks", prepare: jobs(newWeekBeforeJob, newSupportJob), args: pair},
		{name: "latest_and_previous", prepare: jobs(newWeekBeforeJob, newSupportJob, newFailedJob, newRunningJob)},
		{name: "of_its_config", prepare: jobs(newWeekBeforeJob, changed(newWeekBeforeJob, func(j *sandbox.Job) {
			j.ID, j.Name, j.ConfigID, j.CreatedAt = idOf("other"), "Of another config", new(idOf("other config")), time.Now().Add(-time.Hour)
		}), newSupportJob), args: servertest.Args{"baseline_job_id": "previous"}},
		{name: "of_another_config", prepare: jobs(newWeekBeforeJob, changed(newSupportJob, func(j *sandbox.Job) { j.ConfigID = new(idOf("new config")) }))},
		{name: "before_a_running_one", prepare: jobs(newWeekBeforeJob, newSupportJob, changed(newRunningJob, func(j *sandbox.Job) {
			j.CreatedAt = time.Now().Add(-time.Hour)
		})), args: servertest.Args{"job_id": idOf("running").String(), "timeout_seconds": 0}},
		{name: "latest_of_another_project", prepare: elsewhere, args: servertest.Args{"baseline_project": "shop-staging"}},
		{name: "no_job_yet", prepare: jobs(newFailedJob, newRunningJob)},
		{name: "no_job_before", prepare: jobs(newSupportJob, newFailedJob)},
		{name: "latest_with_latest", prepare: jobs(newWeekBeforeJob, newSupportJob), args: servertest.Args{"baseline_job_id": "latest"}},
		{name: "two_projects", prepare: elsewhere, args: with(servertest.Args{"baseline_project": "shop-staging"})},
		{name: "small_samples", prepare: jobs(changed(newWeekBeforeJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Refunds", "", 6, nil), newCategory("Login", "", 4, nil)}
		}), changed(newSupportJob, func(j *sandbox.Job) {
			j.StartTime, j.ConfigID = j.StartTime.Add(-time.Hour), nil
			j.Clusters = []sandbox.Cluster{newCategory("Refunds", "", 3, nil), newCategory("Login", "", 6, nil)}
		})), args: pair},
		{name: "nothing_changed", prepare: jobs(changed(newSupportJob, func(j *sandbox.Job) { j.ID = idOf("week before") }), newSupportJob), args: pair},
		{name: "nothing_in_them", prepare: jobs(changed(newWeekBeforeJob, func(j *sandbox.Job) { j.Clusters = nil }), newSupportJob), args: pair},
		{name: "hostile", prepare: jobs(newWeekBeforeJob, hostileJob), args: pair},
		{name: "names_twice", prepare: jobs(changed(newWeekBeforeJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Billing", "", 600, nil), newCategory("Delivery", "", 400, nil)}
			j.Clusters = append(j.Clusters, newChildCluster("Billing", "Other", 400), newChildCluster("Delivery", "Other", 50), newChildCluster("Billing", "Invoices", 200))
		}), changed(newSupportJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Billing", "", 500, nil), newCategory("Delivery", "", 500, nil)}
			j.Clusters = append(j.Clusters, newChildCluster("Billing", "Other", 200), newChildCluster("Delivery", "Other", 150), newChildCluster("Billing", "Invoices", 210))
		})), args: pair},
		{name: "divided_once", prepare: jobs(changed(newWeekBeforeJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Billing", "", 600, nil), newCategory("Delivery", "", 400, nil)}
			j.Clusters = append(j.Clusters, newChildCluster("Delivery", "Late", 300), newChildCluster("Delivery", "Lost", 100))
		}), changed(newSupportJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Billing", "", 600, nil), newCategory("Delivery", "", 400, nil)}
			for i := range 5 {
				j.Clusters = append(j.Clusters, newChildCluster("Billing", fmt.Sprintf("Reason %d", i), 500-i))
			}
		})), args: pair},
		{name: "steady_but_failing", prepare: jobs(changed(newWeekBeforeJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Billing", "", 600, newStats(0.05, 2, 0.001)), newCategory("Delivery", "", 400, newStats(0.05, 2, 0.001))}
		}), changed(newSupportJob, func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Billing", "", 590, newStats(0.2, 2, 0.001)), newCategory("Delivery", "", 410, newStats(0.06, 2, 0.001))}
		})), args: pair},
		{name: "finish_meanwhile", prepare: racing(changed(newWeekBeforeJob, endsAt("queued", "running", "success")), changed(newSupportJob, endsAt("running", "success"))), args: pair},
		{name: "look_once", prepare: jobs(newWeekBeforeJob, changed(newSupportJob, endsAt("running", "success"))), args: with(servertest.Args{"timeout_seconds": 0})},
		{name: "unfinished", prepare: jobs(newWeekBeforeJob, changed(newRunningJob, func(j *sandbox.Job) { j.ID = idOf("this week") })), args: pair},
		{name: "unfinished_baseline", prepare: jobs(newSupportJob, changed(newRunningJob, func(j *sandbox.Job) { j.ID = idOf("week before") })), args: pair},
		{name: "failed", prepare: racing(newWeekBeforeJob, changed(newFailedJob, func(j *sandbox.Job) { j.ID = idOf("this week") })), args: pair},
		{name: "no_such_baseline", prepare: racing(newSupportJob), args: pair},
		{name: "with_itself", prepare: jobs(newSupportJob), args: with(servertest.Args{"baseline_job_id": idOf("this week").String()})},
		{name: "projects_that_disagree", prepare: elsewhere, args: with(servertest.Args{"baseline_project": "shop-staging", "baseline_session_id": uuid.Max.String()})},
		{name: "no_such_baseline_project", prepare: elsewhere, args: with(servertest.Args{"baseline_project": "staging"})},
		{name: "bad_arguments", args: servertest.Args{"job_id": "Weekly", "baseline_job_id": "last", "baseline": "last"}},
	})
}

// newChildCluster is a subcategory whose id is another's of the same name below another parent.
func newChildCluster(parent, name string, runs int) sandbox.Cluster {
	cluster := newCategory(name, parent, runs, nil)
	cluster.ID = idOf(parent + "/" + name)
	return cluster
}

// endsAt gives a new job statuses, one after the other.
func endsAt(statuses ...string) func(*sandbox.Job) {
	return func(j *sandbox.Job) { j.Statuses, j.CreatedAt = statuses, time.Now() }
}

// TestComparePollsEachJobOnce compares two jobs that do not end. However many callers do,
// LangSmith gets one request for each job in an interval, and the progress of both is
// reported as that of one call.
func TestComparePollsEachJobOnce(t *testing.T) {
	for _, callers := range []int{1, 10} {
		var mu sync.Mutex
		var progress []float64
		options := servertest.Options{Notify: func(n mcp.JSONRPCNotification) {
			mu.Lock()
			defer mu.Unlock()
			done, _ := n.Params.AdditionalFields["progress"].(float64)
			progress = append(progress, done)
		}}
		runFixture(t, options, func(t *testing.T, s *fixture) {
			for _, name := range []string{"this week", "week before"} {
				s.Sandbox.AddJob(s.project, sandbox.Job{ID: idOf(name), Status: "running", CreatedAt: time.Now()})
			}
			var request mcp.CallToolRequest
			request.Params.Name = "compare_insights_jobs"
			request.Params.Arguments = servertest.Args{
				"project": "shop", "job_id": idOf("this week").String(), "baseline_job_id": idOf("week before").String(), "timeout_seconds": 31,
			}
			var calls sync.WaitGroup
			for i := range callers {
				calls.Go(func() {
					request := request
					if i == 0 {
						request.Params.Meta = &mcp.Meta{ProgressToken: "compare"}
					}
					if result, err := s.Client.CallTool(t.Context(), request); err != nil || !result.IsError {
						t.Errorf("a comparison of unfinished jobs is %+v, %v", result, err)
					}
				})
			}
			calls.Wait()
			polls := map[string]int{}
			for _, line := range s.upstream() {
				polls[line]++
			}
			for _, name := range []string{"this week", "week before"} {
				if n := polls["GET /api/v1/sessions/"+s.project.String()+"/insights/"+idOf(name).String()]; n != 16 {
					t.Errorf("%d callers: %s was requested %d times in 31 s, want 16", callers, name, n)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			last := 0.0
			for _, done := range progress {
				if done < last || done-last > 2 {
					t.Errorf("progress went from %v to %v", last, done)
				}
				last = done
			}
			if last < 29 {
				t.Errorf("the last progress came after %v s", last)
			}
		})
	}
}

// TestComparisonBudget compares the last two weeks of the sandbox's chat-prod by its name
// alone. The bounds are 1,300 tokens (o200k) of text, and 3,000 of text and structure, in
// bytes.
func TestComparisonBudget(t *testing.T) {
	const maxText, maxInAll = 3_100, 7_850
	synctest.Test(t, func(t *testing.T) {
		f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Now: time.Now}})
		for _, name := range []string{"Week before", "This week"} {
			end := time.Now()
			if name == "Week before" {
				end = end.AddDate(0, 0, -7)
			}
			var job struct{ ID string }
			f.Call(t, "create_insights_job", servertest.Args{
				"project": sandbox.ChatProd, "name": name, "start_time": end.AddDate(0, 0, -7).UTC().Format(time.RFC3339), "end_time": end.UTC().Format(time.RFC3339),
			}).Decode(t, &job)
			f.Call(t, "wait_for_insights_job", servertest.Args{"project": sandbox.ChatProd, "job_id": job.ID, "timeout_seconds": 600})
		}
		reply := f.Call(t, "compare_insights_jobs", servertest.Args{"project": sandbox.ChatProd})
		const head = "Traces 146 → 161, errors 14 → 17 %. Categories: 2 appeared, 2 vanished, 1 grew, 2 shrank, 11 unchanged (within chance).\nJob \"This week\" "
		if reply.IsError || !strings.HasPrefix(reply.Text, head) {
			t.Fatalf("the text begins otherwise than %q:\n%s", head, reply.Text)
		}
		t.Logf("%d bytes of text, %d of structure", len(reply.Text), len(reply.Structured))
		if len(reply.Text) > maxText || len(reply.Text)+len(reply.Structured) > maxInAll {
			t.Errorf("%d bytes of text and %d of structure; %d of text and %d in all are allowed", len(reply.Text), len(reply.Structured), maxText, maxInAll)
		}
	})
}

// A comparison warns of windows that overlap, where LangSmith does not show them but the
// server started both jobs.
func TestRememberedWindowsOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Now: time.Now}})
		for _, hours := range []int{336, 168} {
			args := servertest.Args{"project": sandbox.ChatProd, "last_n_hours": hours}
			var job struct{ ID string }
			f.Call(t, "create_insights_job", args).Decode(t, &job)
			f.Call(t, "wait_for_insights_job", servertest.Args{"project": sandbox.ChatProd, "job_id": job.ID, "timeout_seconds": 600})
		}
		var comparison struct{ Caution []string }
		f.Call(t, "compare_insights_jobs", servertest.Args{"project": sandbox.ChatProd}).Decode(t, &comparison)
		if !slices.Contains(comparison.Caution, "The windows overlap: some traces may be in both reports.") {
			t.Errorf("caution: %q", comparison.Caution)
		}
	})
}

func TestCompareInsightsJobsFitsItsBudget(t *testing.T) {
	for name, filler := range fillers {
		f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
		project := f.Sandbox.AddProject(sandbox.Project{Name: "shop"})
		now, baseline := wideReport(400, filler), wideReport(400, "other words ")
		baseline.ID = idOf("baseline")
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
