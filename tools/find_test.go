package tools_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/servertest"
)

// read is the part of a result that names the found job or category.
type read struct {
	ID       uuid.UUID
	Clusters []struct{ Name string }
	Cluster  struct{ ID uuid.UUID }
}

func (s *fixture) read(tool string, args servertest.Args) (result read) {
	s.t.Helper()
	reply := s.Call(s.t, tool, args)
	if reply.IsError {
		s.t.Fatalf("%s %v: %s", tool, args, reply.Text)
	}
	reply.Decode(s.t, &result)
	return result
}

// Every tool accepts latest for a job, and a UUID for a project.
func TestLatestJob(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		args := servertest.Args{"project": s.project.String(), "job_id": "latest"}
		reply := s.Call(t, "get_insights_job", args)
		if !reply.IsError || !strings.Contains(reply.Text, "no Insights job") {
			t.Errorf("in a project without jobs: %s", reply.Text)
		}
		for _, job := range []func() sandbox.Job{newSupportJob, newWeekBeforeJob, newFailedJob, newRunningJob} {
			s.Sandbox.AddJob(s.project, job())
		}
		args["timeout_seconds"] = 0
		if got := s.read("wait_for_insights_job", args).ID; got != idOf("this week") {
			t.Errorf("wait_for_insights_job read %s", got)
		}
		delete(args, "timeout_seconds")
		if got := s.read("get_insights_job", args).ID; got != idOf("this week") {
			t.Errorf("get_insights_job read %s", got)
		}
		args["name"] = "Another name"
		if got := s.read("rename_insights_job", args).ID; got != idOf("this week") {
			t.Errorf("rename_insights_job renamed %s", got)
		}
		args["session_id"] = uuid.Max.String()
		s.Sandbox.ResetRequests()
		if reply := s.Call(t, "rename_insights_job", args); !reply.IsError || !strings.Contains(reply.Text, "give one of the two") || len(s.upstream()) > 0 {
			t.Errorf("two projects at once: %s, %v", reply.Text, s.upstream())
		}
	})
}

// A result for the latest job names, in text and structure and without a further request, the
// newer jobs that are unfinished and a report of a later window.
func TestLatestJobCautions(t *testing.T) {
	const running, later = "Not finished, and newer", "was started earlier reads a later window"
	made := func(created time.Time, job sandbox.Job) sandbox.Job {
		job.CreatedAt = created
		return job
	}
	newer := sandbox.Job{ID: idOf("newer"), Name: "Newer", Status: "queued"}
	for name, c := range map[string]struct {
		jobs func(now time.Time) []sandbox.Job
		want map[string]string // what is said, and the job that it names
	}{
		"alone": {jobs: func(time.Time) []sandbox.Job { return []sandbox.Job{newSupportJob()} }},
		"in order": {jobs: func(now time.Time) []sandbox.Job {
			return []sandbox.Job{newWeekBeforeJob(), newSupportJob(), made(now.AddDate(0, -1, 0), newer)}
		}},
		"one newer is unfinished": {
			func(now time.Time) []sandbox.Job { return []sandbox.Job{newSupportJob(), made(now, newer)} },
			map[string]string{running: `"Newer" (queued), job_id ` + idOf("newer").String()},
		},
		"the week before made after": {
			func(now time.Time) []sandbox.Job {
				return []sandbox.Job{newSupportJob(), made(now, newWeekBeforeJob())}
			},
			map[string]string{later: `"Support, week 52", job_id ` + idOf("this week").String()},
		},
		"both": {
			func(now time.Time) []sandbox.Job {
				return []sandbox.Job{newSupportJob(), made(now.Add(-time.Minute), newWeekBeforeJob()), made(now, newer)}
			},
			map[string]string{running: "Newer", later: "week 52"},
		},
		"an unknown window, and one newer has failed": {jobs: func(now time.Time) []sandbox.Job {
			return []sandbox.Job{newSupportJob(), made(now, sandbox.Job{Name: "Unknown"}), made(now, sandbox.Job{Name: "Failed", Status: "error"})}
		}},
	} {
		for _, tool := range []string{"get_insights_job", "wait_for_insights_job"} {
			t.Run(name+" "+tool, func(t *testing.T) {
				runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
					for _, job := range c.jobs(time.Now()) {
						s.Sandbox.AddJob(s.project, job)
					}
					s.Sandbox.ResetRequests()
					reply := s.Call(t, tool, servertest.Args{"session_id": s.project, "job_id": "latest"})
					var shown struct{ Caution []string }
					reply.Decode(t, &shown)
					if len(shown.Caution) != len(c.want) {
						t.Errorf("caution %q", shown.Caution)
					}
					for _, caution := range shown.Caution {
						if !strings.Contains(reply.Text, "Caution: "+caution+"\n") {
							t.Errorf("%q is not in\n%s", caution, reply.Text)
						}
						for said, names := range c.want {
							if strings.Contains(caution, said) && !strings.Contains(caution, names) {
								t.Errorf("%q does not name %s", caution, names)
							}
						}
					}
					for said := range c.want {
						if !strings.Contains(reply.Text, said) {
							t.Errorf("%q is not in\n%s", said, reply.Text)
						}
					}
					if sent := s.upstream(); len(sent) != 3 { // the list, the project and the report
						t.Errorf("sent %q", sent)
					}
				})
			})
		}
	}
}

// The newest of many jobs is found wherever LangSmith lists it.
func TestLatestOfManyJobs(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		for range 150 {
			s.Sandbox.AddJob(s.project, sandbox.Job{Status: "error", CreatedAt: time.Now()})
		}
		s.Sandbox.AddJob(s.project, newSupportJob())
		if got := s.read("get_insights_job", servertest.Args{"project": "shop", "job_id": "latest"}).ID; got != idOf("this week") {
			t.Errorf("found %s", got)
		}
	})
}

// A repeated deletion must delete nothing more, so it accepts only a job's id.
func TestDeleteRefusesLatest(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		s.Sandbox.AddJob(s.project, newSupportJob())
		s.Sandbox.ResetRequests()
		reply := s.Call(t, "delete_insights_job", servertest.Args{"project": "shop", "job_id": "latest"})
		if !reply.IsError || len(s.upstream()) > 0 || !strings.Contains(reply.Text, "a repeated call would mean another job; list_insights_jobs lists the jobs") {
			t.Errorf("%s, %v", reply.Text, s.upstream())
		}
	})
}

func TestFindCategory(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		job := newSupportJob()
		job.Clusters = append(job.Clusters, newCategory("Delivery", "Billing", 3, nil))
		job.Clusters[len(job.Clusters)-1].ID = idOf("another delivery")
		refunds := idOf("Refund never arrives")
		for i := range 3 {
			job.Runs = append(job.Runs, sandbox.JobRun{ClusterID: refunds, Fields: map[string]any{"id": uuid.New(), "name": i}})
		}
		s.Sandbox.AddJob(s.project, job)
		args := func(cluster string) servertest.Args {
			return servertest.Args{"project": "shop", "job_id": "latest", "cluster_id": cluster}
		}
		for _, by := range []string{refunds.String(), refunds.String()[:6], strings.ToUpper(refunds.String()[:13]), "Refund never arrives", "refund NEVER arrives"} {
			if got := s.read("get_insights_job", args(by)).Clusters; len(got) != 1 || got[0].Name != "Refund never arrives" {
				t.Errorf("get_insights_job, %s: %v", by, got)
			}
			page := args(by)
			page["offset"], page["limit"] = 1, 1
			if got := s.read("list_insights_runs", page).Cluster.ID; got != refunds {
				t.Errorf("list_insights_runs, %s: %s", by, got)
			}
			add := args(by)
			add["dataset"], add["dry_run"] = "failures", true
			s.read("add_insights_runs_to_dataset", add)
		}
		s.transcript("category_by_name", "get_insights_job", args("Refund never arrives"))
		s.transcript("several_categories", "get_insights_job", args("Delivery"))
		for _, none := range []string{refunds.String()[:5], "Refund", "missing refunds"} {
			if reply := s.Call(t, "get_insights_job", args(none)); !reply.IsError || !strings.Contains(reply.Text, "Similar ones are:\n- \"Refund never arrives\"") || !strings.Contains(reply.Text, refunds.String()) {
				t.Errorf("%s: %s", none, reply.Text)
			}
		}
		if reply := s.Call(t, "get_insights_job", args("Weather")); !reply.IsError || strings.Count(reply.Text, "cluster_id") != len(job.Clusters) {
			t.Errorf("not all are listed:\n%s", reply.Text)
		}
	})
}

// The nearest projects are those of all, not of the first that LangSmith lists.
func TestNearestProjects(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		for range 250 {
			s.Sandbox.AddProject(sandbox.Project{Name: uuid.NewString()})
		}
		reply := s.Call(t, "list_insights_jobs", servertest.Args{"project": "shpo"})
		if !reply.IsError || !strings.Contains(reply.Text, `"shop", session_id `+s.project.String()) {
			t.Error(reply.Text)
		}
	})
}

// An error explains an id of the wrong kind.
func TestIDsOfTheWrongKind(t *testing.T) {
	job, run := idOf("this week").String(), uuid.NewString()
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		report := newSupportJob()
		report.Runs = []sandbox.JobRun{{ClusterID: idOf("Refund never arrives"), Fields: map[string]any{"id": run}}}
		s.Sandbox.AddJob(s.project, report)
		s.Sandbox.AddRuns(s.project, trace.Run{ID: uuid.MustParse(run), Name: "assistant", Start: time.Now()})
		project := s.project.String()
		if reply := s.Call(t, "list_projects", nil); reply.IsError { // so that the caller has seen the project
			t.Fatal(reply.Text)
		}
		for _, c := range []struct {
			tool string
			args servertest.Args
			want string
		}{
			{"list_insights_jobs", servertest.Args{"session_id": job}, "session_id " + job + " is the id of an Insights job, not of a project. It is in project \"shop\", session_id " + project},
			{"list_insights_jobs", servertest.Args{"project": run}, "project " + run + " is the id of a run, not of a project."},
			{"get_insights_job", servertest.Args{"session_id": job, "job_id": job}, "session_id " + job + " is the id of an Insights job"},
			{"get_insights_job", servertest.Args{"session_id": project, "job_id": project}, "job_id " + project + " is the id of a project, not of an Insights job."},
			{"wait_for_insights_job", servertest.Args{"project": "shop", "job_id": run}, "job_id " + run + " is the id of a run"},
			{"rename_insights_job", servertest.Args{"project": "shop", "job_id": run, "name": "Another"}, "job_id " + run + " is the id of a run"},
			{"get_run", servertest.Args{"project": "shop", "run_id": job}, "run_id " + job + " is the id of an Insights job"},
			{"get_run", servertest.Args{"run_id": project}, "run_id " + project + " is the id of a project"},
			{"list_insights_runs", servertest.Args{"project": "shop", "job_id": "latest", "cluster_id": job}, "cluster_id " + job + " is the id of the job"},
			{"get_insights_job", servertest.Args{"project": "shop", "job_id": "latest", "cluster_id": idOf("run 1").String()}, "is the id of a run"},
		} {
			if reply := s.Call(t, c.tool, c.args); !reply.IsError || !strings.Contains(reply.Text, c.want) {
				t.Errorf("%s %v: %s", c.tool, c.args, reply.Text)
			}
		}
	})
}
