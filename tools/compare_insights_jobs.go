package tools

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/compare"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
)

type compareInsightsJobsArgs struct {
	ProjectArgs
	JobID             uuid.UUID `json:"job_id" jsonschema_description:"The later report."`
	BaselineJobID     uuid.UUID `json:"baseline_job_id" jsonschema_description:"The report to compare it with."`
	BaselineSessionID uuid.UUID `json:"baseline_session_id,omitzero" jsonschema_description:"The baseline's project, if another."`
	BaselineProject   string    `json:"baseline_project,omitempty" jsonschema_description:"Its name."`
}

// Check implements the rules between the arguments.
func (a *compareInsightsJobsArgs) Check() error {
	if a.JobID == a.BaselineJobID {
		return langsmith.FieldError{Field: "baseline_job_id", Problem: "is the same job as job_id; list_insights_jobs lists the others"}
	}
	return nil
}

func compareInsightsJobs() Tool {
	return DefineResizable(Declaration{
		Name:  "compare_insights_jobs",
		Title: "Compare two Insights reports",
		Description: "Compare two finished Insights reports: which categories appeared, vanished, grew or shrank as a share of all traces, with " +
			"the counts behind, and how error rates, latencies and costs changed. Categories are matched by name, else by the similarity " +
			"of their words (scored). caution says what to beware of.",
		Effect:     Reads,
		Repeatable: true,
		Toolset:    "insights",
		App:        true,
	}, runCompareInsightsJobs)
}

func runCompareInsightsJobs(ctx context.Context, env *Env, args compareInsightsJobsArgs) (Resizable[*compareResult], error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return Resizable[*compareResult]{}, err
	}
	baseline := project
	if args.BaselineSessionID != uuid.Nil || args.BaselineProject != "" {
		if baseline, err = env.project(ctx, ProjectArgs{args.BaselineSessionID, args.BaselineProject}); err != nil {
			return Resizable[*compareResult]{}, ofBaseline(err)
		}
	}
	view := &compareView{now: comparedJob{project: project}, baseline: comparedJob{project: baseline}}
	// Each can be megabytes, so they are fetched at once; what is wrong with the
	// one counts before what is wrong with the other.
	var both sync.WaitGroup
	var wrong error
	both.Go(func() { wrong = view.baseline.read(ctx, env, args.BaselineJobID) })
	err = view.now.read(ctx, env, args.JobID)
	both.Wait()
	if err = cmp.Or(err, wrong); err != nil {
		return Resizable[*compareResult]{}, err
	}
	view.changes = compare.Reports(view.now.tree, view.baseline.tree)
	return Resizable[*compareResult]{Items: len(view.changes), Chars: compared.name, Build: view.result}, nil
}

// ofBaseline says of which project the error is, where it names an argument.
func ofBaseline(err error) error {
	var wrong *ArgumentError
	if !errors.As(err, &wrong) {
		return err
	}
	for i := range wrong.Problems {
		wrong.Problems[i].Field = "baseline_" + wrong.Problems[i].Field
	}
	return wrong
}

// comparedJob is one side of a comparison.
type comparedJob struct {
	project langsmith.Project
	job     *langsmith.Report
	tree    *report.Tree
}

// read fetches a job, and refuses one that holds nothing to compare.
func (c *comparedJob) read(ctx context.Context, env *Env, id uuid.UUID) (err error) {
	if c.job, err = env.LangSmith.GetJob(ctx, c.project.ID, id); err != nil {
		return err
	}
	listed := newInsightsJob(&c.job.Job, links{}, longestName)
	name := markdown.Quote(listed.Name, longestName)
	switch {
	case c.job.Status.Failed():
		return refuse("Job %s (%s) failed and has no report to compare: %s. Choose another: %s", name, id, listed.reason(400), call("list_insights_jobs", "session_id", c.project.ID))
	case !c.job.Status.Done():
		return refuse("Job %s (%s) is not finished: its status is %s. Wait for it, then compare again: %s", name, id, listed.state(), call("wait_for_insights_job", "session_id", c.project.ID, "job_id", id))
	}
	c.tree = report.Build(c.job.Clusters)
	return nil
}
