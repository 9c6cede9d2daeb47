package tools

import (
	"context"

	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
)

type getInsightsJobArgs struct {
	tool.ProjectArgs
	JobID     tool.JobID   `json:"job_id" jsonschema_description:"A UUID, or latest (that succeeded)."`
	Detail    string       `json:"detail,omitempty" jsonschema:"enum=concise,enum=detailed,default=concise" jsonschema_description:"detailed adds descriptions and every statistic."`
	ClusterID string       `json:"cluster_id,omitempty" jsonschema_description:"Only this category and its subcategories: id, its first 6 or more characters, or name."`
	SortBy    report.Order `json:"sort_by,omitempty" jsonschema:"enum=num_runs,enum=error_rate,enum=latency,enum=cost,default=num_runs" jsonschema_description:"The order of categories, largest first."`
	tool.PageArgs
}

func getInsightsJob() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "get_insights_job",
		Title: "Read an Insights report",
		Description: "Read the report of an Insights job: key points, categories with sizes, shares, error rates, " +
			"latencies and costs, and the traces worth opening. Next: list_insights_runs for a category's traces.",
		Effect:     tool.Reads,
		Repeatable: true,
		Toolset:    "insights",
		App:        true,
	}, runGetInsightsJob)
}

func runGetInsightsJob(ctx context.Context, env *tool.Env, args getInsightsJobArgs) (*tool.Resizable[*jobs.Result], error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	found, err := jobs.FindReport(ctx, env, project, args.JobID)
	if err != nil {
		return nil, err
	}
	job, err := env.LangSmith.GetJob(ctx, project.ID, found.ID)
	if err != nil {
		return nil, err
	}
	view := jobs.NewView(ctx, env, project, job)
	view.Alone, view.Caution = found.Alone, found.Caution
	if err := view.Select(args.ClusterID, args.SortBy, args.Detail, args.PageArgs); err != nil {
		return nil, err
	}
	return view.Resizable()
}
