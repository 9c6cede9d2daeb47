package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/compare"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/watch"
	"langsmith-insights-mcp/tools/wording"
)

type compareInsightsJobsArgs struct {
	tool.ProjectArgs
	JobID             tool.JobID `json:"job_id,omitempty" jsonschema:"default=latest" jsonschema_description:"The later job's UUID, or latest."`
	BaselineJobID     string     `json:"baseline_job_id,omitempty" jsonschema:"default=previous" jsonschema_description:"The earlier job's UUID, latest, or previous (of the same config if any)."`
	BaselineSessionID uuid.UUID  `json:"baseline_session_id,omitzero" jsonschema_description:"The id of the baseline's project, if it is another."`
	BaselineProject   string     `json:"baseline_project,omitempty" jsonschema_description:"Its name instead of its id."`
	TimeoutSeconds    *int       `json:"timeout_seconds,omitempty" jsonschema:"minimum=0,maximum=1800" jsonschema_description:"As in wait_for_insights_job."`
}

// Check refuses an invalid baseline, or the job itself as baseline.
func (a *compareInsightsJobsArgs) Check() error {
	_, isUUID := tool.ParseUUID(a.BaselineJobID)
	switch {
	case isUUID && strings.EqualFold(a.BaselineJobID, string(a.JobID)):
		return langsmith.FieldError{Field: "baseline_job_id", Problem: "is the same job as job_id; list_insights_jobs lists the others"}
	case !isUUID && !slices.Contains([]string{"", string(tool.LatestJob), compare.PreviousJob}, a.BaselineJobID):
		return langsmith.FieldError{Field: "baseline_job_id", Problem: "must be a job's UUID, latest or previous, not " + wording.Echo(a.BaselineJobID) + "; list_insights_jobs lists the jobs"}
	}
	return nil
}

func compareInsightsJobs() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "compare_insights_jobs",
		Title: "Compare two Insights reports",
		Description: "Compare two Insights reports, by default the latest with the one before: which categories appeared, vanished, grew or shrank as a share of all traces " +
			"(unchanged: within chance), and how errors, latency and cost changed. Categories are matched by name, else by their words.",
		Effect:     tool.Reads,
		Repeatable: true,
		Toolset:    "insights",
		App:        true,
		MayWait:    true,
	}, runCompareInsightsJobs)
}

func runCompareInsightsJobs(ctx context.Context, env *tool.Env, args compareInsightsJobsArgs) (*tool.Resizable[*compare.Result], error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	baseline := project
	if args.BaselineSessionID != uuid.Nil || args.BaselineProject != "" {
		if baseline, err = env.FindProject(ctx, tool.ProjectArgs{SessionID: args.BaselineSessionID, Project: args.BaselineProject}); err != nil {
			return nil, tool.WithPrefix("baseline_", err)
		}
	}
	pair, better, err := compare.FindJobs(ctx, env, project, baseline, args.JobID, args.BaselineJobID)
	if err != nil {
		return nil, err
	}
	if pair.Job == pair.Baseline {
		return nil, tool.Refuse("Job %s is both the job and its baseline. list_insights_jobs lists the others.", pair.Job)
	}
	compared := [2]comparedJob{{project: project, id: pair.Job}, {project: baseline, id: pair.Baseline}}
	if err := waitForBoth(ctx, env, &compared, waitArgs{TimeoutSeconds: args.TimeoutSeconds}); err != nil {
		args.ProjectArgs = tool.ProjectArgs{SessionID: project.ID}
		args.BaselineSessionID, args.BaselineProject = baseline.ID, ""
		args.JobID, args.BaselineJobID = tool.JobID(pair.Job.String()), pair.Baseline.String() // latest may mean another job at the next call
		return nil, tool.WithNextCall(err, args)
	}
	return compare.New(compared[0].side(env), compared[1].side(env), better).Resizable(), nil
}

// comparedJob is one of the two jobs of a comparison.
type comparedJob struct {
	project langsmith.Project
	id      uuid.UUID
	state   watch.State

	unfinished *tool.UnfinishedError // of a polled call; nil when the job has ended
}

func (j *comparedJob) side(env *tool.Env) *compare.Side {
	return compare.NewSide(j.project, j.state.Report, env.Scopes)
}

// describe names the job in a sentence.
func (j *comparedJob) describe() string {
	return fmt.Sprintf("Job %s (%s)", markdown.Quote(j.state.Report.Name, jobs.MaxName), j.id)
}

// waitForBoth waits until both jobs have ended, and fetches both at once, since each
// report can be megabytes. It refuses a job that failed without waiting for the other,
// and one that is unfinished when the time is up.
func waitForBoth(ctx context.Context, env *tool.Env, compared *[2]comparedJob, args waitArgs) error {
	one := *env
	if env.Progress != nil {
		one.Progress = mergeProgress(env.Progress)
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range compared {
		group.Go(func() (err error) {
			job := &compared[i]
			job.state, err = waitForJob(ctx, &one, job.project.ID, job.id, args)
			switch {
			case errors.As(err, &job.unfinished): // the other may have failed
				return nil
			case err != nil:
				return err
			}
			return job.refuseFailed()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i := range compared {
		if compared[i].unfinished != nil {
			return compared[i].unfinished
		}
		if err := compared[i].refuseUnfinished(args.timeout(), env.Watch.MaxWaiters); err != nil {
			return err
		}
	}
	return nil
}

// mergeProgress returns a function with which several goroutines report the progress of
// one call.
func mergeProgress(report func(tool.Progress)) func(tool.Progress) {
	began := time.Now()
	var mu sync.Mutex
	return func(progress tool.Progress) {
		mu.Lock()
		defer mu.Unlock()
		progress.Done = time.Since(began).Seconds()
		report(progress)
	}
}

func (j *comparedJob) refuseFailed() error {
	if !j.state.Report.Status.Failed() {
		return nil
	}
	shown := jobs.NewJob(&j.state.Report.Job, nil, jobs.MaxName)
	return tool.Refuse("%s failed and has no report to compare: %s. Choose another: %s", j.describe(), shown.Reason(), wording.Call("list_insights_jobs", "session_id", j.project.ID))
}

func (j *comparedJob) refuseUnfinished(timeout time.Duration, maxWaiters int) error {
	shown := jobs.NewJob(&j.state.Report.Job, nil, jobs.MaxName)
	if shown.Status.Done() {
		return nil
	}
	return tool.Refuse("%s is not finished: %s Nothing is compared yet. Call compare_insights_jobs again, with a longer timeout_seconds if the client allows it; waiting costs nothing.",
		j.describe(), describeEnd(j.state, shown.State(), timeout, maxWaiters))
}
