package tools

import (
	"context"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/tool"
)

// deleteInsightsJobArgs accept a job's UUID and not latest: a client that repeats the call
// after a timeout would delete the previous report too.
type deleteInsightsJobArgs struct {
	tool.ProjectArgs
	JobID uuid.UUID `json:"job_id" jsonschema_description:"The job to delete."`
}

func deleteInsightsJob() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:        "delete_insights_job",
		Title:       "Delete an Insights job",
		Description: "Delete an Insights job and its report for good; another one would cost money again. The traces stay.",
		Effect:      tool.Destroys,
		Repeatable:  true,
		Toolset:     "insights",
	}, runDeleteInsightsJob)
}

func runDeleteInsightsJob(ctx context.Context, env *tool.Env, args deleteInsightsJobArgs) (*deletedResult, error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	deleted, err := env.LangSmith.DeleteJob(ctx, project.ID, args.JobID)
	if tool.IsNotFound(err) {
		return newAlreadyGone(ctx, env, project, args.JobID, "job", err)
	}
	if err != nil {
		return nil, err
	}
	if deleted.ID == args.JobID { // otherwise the response proves nothing
		env.Paid.RecordDeleted(ctx, env.LangSmith, project.ID, args.JobID)
	}
	env.Watch.RecordDeleted(env.LangSmith, project.ID, args.JobID)
	return newDeletedResult(args.JobID, deleted), nil
}
