package tools_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

func TestGetInsightsJob(t *testing.T) {
	with := func(change func(*sandbox.Job)) func() sandbox.Job {
		return func() sandbox.Job {
			job := newSupportJob()
			change(&job)
			return job
		}
	}
	for _, c := range []struct {
		name   string
		job    func() sandbox.Job
		args   servertest.Args
		fault  *sandbox.Fault
		config func(*config.Config)
	}{
		{name: "concise", job: newSupportJob},
		{name: "detailed", job: newSupportJob, args: servertest.Args{"detail": "detailed"}},
		{name: "first_page", job: newSupportJob, args: servertest.Args{"limit": 3}},
		{name: "second_page", job: newSupportJob, args: servertest.Args{"limit": 3, "offset": 3}},
		{name: "past_the_end", job: newSupportJob, args: servertest.Args{"offset": 50}},
		{name: "by_error_rate", job: newSupportJob, args: servertest.Args{"sort_by": "error_rate", "limit": 4}},
		{name: "by_cost", job: newSupportJob, args: servertest.Args{"sort_by": "cost"}},
		{name: "subtree", job: newSupportJob, args: servertest.Args{"cluster_id": idOf("Billing").String(), "detail": "detailed"}},
		{name: "one_category", job: newSupportJob, args: servertest.Args{"cluster_id": idOf("Invoice needs company details").String(), "detail": "detailed"}},
		{name: "by_project_name", job: newSupportJob, args: servertest.Args{"project": "shop", "session_id": nil, "limit": 1}},
		{name: "hidden_content", job: newSupportJob, args: servertest.Args{"detail": "detailed", "limit": 1}, config: func(c *config.Config) { c.HideRunContent = true }},
		{name: "queued", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "queued", CreatedAt: time.Now().Add(-20 * time.Second)}
		})},
		{name: "running", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "running", CreatedAt: time.Now().Add(-9 * time.Minute)}
		})},
		{name: "unknown_status", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "summarizing_traces", CreatedAt: time.Now().Add(-3 * time.Hour)}
		})},
		{name: "failed", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "error", Error: "Model quota exceeded: insufficient_quota", CreatedAt: time.Now()}
		})},
		{name: "failed_without_reason", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "failed", CreatedAt: time.Now()}
		})},
		{name: "failed_for_want_of_a_key", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "error", Error: "Missing secret OPENAI_API_KEY", CreatedAt: time.Now(), ConfigID: j.ConfigID}
		})},
		{name: "failed_without_traces", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, Status: "error", Error: "No traces found", CreatedAt: time.Now()}
		})},
		{name: "no_categories", job: with(func(j *sandbox.Job) {
			*j = sandbox.Job{ID: j.ID, Name: j.Name, CreatedAt: time.Now(), Report: &sandbox.Report{}}
		})},
		{name: "no_summary", job: with(func(j *sandbox.Job) { j.Report = nil })},
		{name: "flat_without_stats", job: with(func(j *sandbox.Job) {
			j.Clusters = []sandbox.Cluster{newCategory("Refunds", "", 12, nil), newCategory("Login", "", 30, nil), newCategory("Sizes", "", 0, nil)}
			j.Report.Highlights = nil
		})},
		{name: "deep", job: with(func(j *sandbox.Job) {
			j.Clusters = nil
			for i := range 9 {
				parent := ""
				if i > 0 {
					parent = fmt.Sprintf("Level %d", i-1)
				}
				j.Clusters = append(j.Clusters, newCategory(fmt.Sprintf("Level %d", i), parent, 90-i, nil))
			}
		})},
		{name: "odd", job: oddReport},
		{name: "hostile", job: hostileJob, args: servertest.Args{"detail": "detailed"}},
		{name: "no_such_job", job: newSupportJob, args: servertest.Args{"job_id": uuid.Max.String()}},
		{name: "no_such_category", job: newSupportJob, args: servertest.Args{"cluster_id": uuid.Max.String()}},
		{name: "no_category_yet", job: newRunning, args: servertest.Args{"cluster_id": uuid.Max.String()}},
		{name: "no_such_project", job: newSupportJob, args: servertest.Args{"project": "shopp", "session_id": nil}},
		{name: "bad_arguments", job: newSupportJob, args: servertest.Args{"detail": "full", "sort_by": "size", "limit": 101, "offset": -1, "cluster": "x"}},
		{name: "forbidden", job: newSupportJob, fault: &sandbox.Fault{Status: 403, Body: `{"detail":"Forbidden"}`}},
		{name: "broken_json", job: newSupportJob, fault: &sandbox.Fault{Body: `{"id":`}},
		{name: "proxy_page", job: newSupportJob, fault: &sandbox.Fault{Status: 502, Body: `<html><h1>Bad Gateway</h1></html>`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			runFixture(t, servertest.Options{Config: c.config}, func(t *testing.T, s *fixture) {
				args := servertest.Args{"session_id": s.project.String(), "job_id": s.Sandbox.AddJob(s.project, c.job()).String()}
				for name, value := range c.args {
					if args[name] = value; value == nil {
						delete(args, name)
					}
				}
				if c.fault != nil {
					c.fault.Path = pollsOfJobs
					s.Sandbox.Inject(*c.fault)
				}
				s.transcript(c.name, "get_insights_job", args)
			})
		})
	}
}

// oddReport returns a report that the documentation does not describe, and that LangSmith
// may return.
func oddReport() sandbox.Job {
	job := newSupportJob()
	job.Status = "success"
	ring := []sandbox.Cluster{newCategory("Ring, larger", "Ring, smaller", 40, nil), newCategory("Ring, smaller", "Ring, larger", 30, nil)}
	own := newCategory("Its own parent", "Its own parent", 20, map[string]any{"error_rate": nil, "latency_p50": "fast", "cost_p50": "0.0021"})
	job.Clusters = append(ring, own,
		newCategory("An orphan", "nobody", 10, map[string]any{"feedback": map[string]any{"user_score": 0.4}, "error_rate": 0.5}),
		newCategory("Below a smaller parent", "A smaller parent", 15, nil),
		newCategory("A smaller parent", "", 5, nil),
		newCategory("", "", 3, nil),
	)
	job.Clusters[0].Level, job.Clusters[0].Extra = 3, map[string]any{"sentiment": "mixed", "description": sandbox.Omit()}
	job.Extra = map[string]any{"created_at": "1999-12-31T23:40:00", "start_time": "1999-12-25 00:00:00.123", "end_time": "1999-12-31", "progress": 1}
	job.Report.Highlights = append(job.Report.Highlights, sandbox.Highlight{RunID: idOf("run 3")})
	return job
}

// hostileJob returns a job with a hostile text in every field that users and models write.
func hostileJob() sandbox.Job {
	job := newSupportJob()
	job.Name, job.Error = hostileText, hostileText
	for i := range job.Clusters {
		job.Clusters[i].Name, job.Clusters[i].Description = hostileText, hostileText
	}
	job.Clusters = job.Clusters[:3]
	job.Clusters[0].Stats = map[string]any{hostileText: hostileText, "error_rate": hostileText}
	text := hostileText
	job.Report = &sandbox.Report{
		Title: text, KeyPoints: []string{text},
		Highlights: []sandbox.Highlight{{RunID: idOf("run 1"), ClusterName: &text, Reason: text, Summary: &text}},
	}
	return job
}

// The budgets hold through a client too; that they hold for every page and
// script is asserted beside the code.
func TestReportsFitTheirBudgets(t *testing.T) {
	for _, c := range []struct {
		size   int
		args   servertest.Args
		budget int
	}{
		{400, servertest.Args{}, conciseBudget},
		{400, servertest.Args{"detail": "detailed"}, defaultBudget},
		{400, servertest.Args{"detail": "detailed", "limit": 100, "offset": 100}, largestBudget},
		{2000, servertest.Args{"sort_by": "cost", "limit": 100}, conciseBudget},
	} {
		for _, filler := range []string{"words of text ", "返金の遅延"} {
			f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
			project := f.Sandbox.AddProject(sandbox.Project{Name: "shop"})
			args := servertest.Args{"session_id": project.String(), "job_id": f.Sandbox.AddJob(project, wideReport(c.size, filler)).String()}
			for name, value := range c.args {
				args[name] = value
			}
			within(t, fmt.Sprintf("%d categories of %s, %v", c.size, filler, c.args), f.Call(t, "get_insights_job", args), c.budget)
		}
	}
}

func BenchmarkGetInsightsJob(b *testing.B) {
	for _, size := range []int{400, 2000} {
		for _, detail := range []string{"concise", "detailed"} {
			b.Run(fmt.Sprintf("%d %s", size, detail), func(b *testing.B) {
				f := servertest.Start(b, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
				project := f.Sandbox.AddProject(sandbox.Project{Name: "shop"})
				args := servertest.Args{"session_id": project.String(), "job_id": f.Sandbox.AddJob(project, wideReport(size, "words of text ")).String(), "detail": detail}
				b.ReportAllocs()
				for b.Loop() {
					f.Call(b, "get_insights_job", args)
				}
			})
		}
	}
}
