package tools

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
)

type getInsightsJobArgs struct {
	ProjectArgs
	JobID     uuid.UUID    `json:"job_id"`
	Detail    string       `json:"detail,omitempty" jsonschema:"enum=concise,enum=detailed" jsonschema_description:"Default concise; detailed adds descriptions and every statistic."`
	ClusterID uuid.UUID    `json:"cluster_id,omitzero" jsonschema_description:"Only this category and those below it."`
	SortBy    report.Order `json:"sort_by,omitempty" jsonschema:"enum=num_runs,enum=error_rate,enum=latency,enum=cost" jsonschema_description:"Largest first; default num_runs."`
	PageArgs
}

func getInsightsJob() Tool {
	return Define(Declaration{
		Name:  "get_insights_job",
		Title: "Read an Insights report",
		Description: "Read the report of an Insights job: key points, categories with sizes, shares, error rates, latencies and costs, and the traces worth opening. " +
			"Concise by default, a page of categories at a time, largest first; sort_by ranks all of them, cluster_id shows one subtree, detail=detailed adds descriptions. " +
			"An unfinished or failed job is told as it is; to wait for one use wait_for_insights_job. " +
			"Next: list_insights_runs for the traces of a category, compare_insights_jobs for what changed.",
		Effect:     Reads,
		Repeatable: true,
		Toolset:    "insights",
		App:        true,
	}, runGetInsightsJob)
}

func runGetInsightsJob(ctx context.Context, env *Env, args getInsightsJobArgs) (*jobResult, error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	job, err := env.LangSmith.GetJob(ctx, project.ID, args.JobID)
	if err != nil {
		return nil, err
	}
	view := env.viewJob(ctx, project, job)
	view.page = args.PageArgs
	if args.Detail == "detailed" {
		view.detail = detailed
	}
	var within *report.Node
	if args.ClusterID != uuid.Nil {
		if within = view.tree.Find(args.ClusterID); within == nil {
			return nil, view.noSuchCluster(args.ClusterID)
		}
	}
	if args.SortBy == "" {
		args.SortBy = report.ByRuns
	}
	view.show(within, args.SortBy)
	return view.fitted(), nil
}

// noSuchCluster refuses a category that the job does not have, and names the
// largest that it has.
func (v *jobView) noSuchCluster(id uuid.UUID) error {
	if !v.job.Status.Done() {
		return refuseMissing("There is no category %s yet: the job is not finished. Call wait_for_insights_job first.", id)
	}
	if len(v.tree.Nodes) == 0 {
		return refuseMissing("There is no category %s: the report holds none at all.", id)
	}
	v.show(nil, report.ByRuns)
	var b strings.Builder
	for _, node := range v.nodes[:min(len(v.nodes), nearestShown)] {
		b.WriteString("\n- " + markdown.Quote(node.Name, 80) + ", cluster_id " + node.ID.String())
	}
	return refuseMissing("There is no category %s in this job. Its largest are:%s\n%s lists all.", id, b.String(), call("get_insights_job", "session_id", v.project.ID, "job_id", v.job.ID))
}
