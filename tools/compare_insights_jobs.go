package tools

import (
	"cmp"
	"context"
	"sync"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/compare"
	"langsmith-insights-mcp/tools/tool"
)

type compareInsightsJobsArgs struct {
	tool.ProjectArgs
	JobID             uuid.UUID `json:"job_id" jsonschema_description:"The later report's job."`
	BaselineJobID     uuid.UUID `json:"baseline_job_id" jsonschema_description:"The job of the report to compare it with."`
	BaselineSessionID uuid.UUID `json:"baseline_session_id,omitzero" jsonschema_description:"The baseline's project, if it is another."`
	BaselineProject   string    `json:"baseline_project,omitempty" jsonschema_description:"Or that project's name."`
}

// Check refuses a comparison of a job with itself.
func (a *compareInsightsJobsArgs) Check() error {
	if a.JobID == a.BaselineJobID {
		return langsmith.FieldError{Field: "baseline_job_id", Problem: "is the same job as job_id; list_insights_jobs lists the others"}
	}
	return nil
}

func compareInsightsJobs() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "compare_insights_jobs",
		Title: "Compare two Insights reports",
		Description: "Compare two finished Insights reports: which categories appeared, vanished, grew or shrank as a share of all traces, and how " +
			"errors, latencies and costs changed. Categories are matched by name, else by how similar their words are (scored). " +
			"caution says what weakens the comparison.",
		Effect:     tool.Reads,
		Repeatable: true,
		Toolset:    "insights",
		App:        true,
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
	// Each report can be megabytes, so both are fetched at once. An error of the
	// later one is told first.
	var earlier *compare.Side
	var earlierErr error
	var fetching sync.WaitGroup
	fetching.Go(func() { earlier, earlierErr = compare.Fetch(ctx, env, baseline, args.BaselineJobID) })
	later, err := compare.Fetch(ctx, env, project, args.JobID)
	fetching.Wait()
	if err = cmp.Or(err, earlierErr); err != nil {
		return nil, err
	}
	return compare.New(later, earlier).Resizable(), nil
}
