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
	ClusterID uuid.UUID    `json:"cluster_id,omitzero" jsonschema_description:"With those below it."`
	SortBy    report.Order `json:"sort_by,omitempty" jsonschema:"enum=num_runs,enum=error_rate,enum=latency,enum=cost" jsonschema_description:"Largest first; default num_runs."`
	PageArgs
}

func getInsightsJob() Tool {
	return DefineResizable(Declaration{
		Name:  "get_insights_job",
		Title: "Read an Insights report",
		Description: "Read the report of an Insights job: key points, categories with sizes, shares, error rates, latencies and costs, and the " +
			"traces worth opening. A page of categories at a time; sort_by ranks all of them, cluster_id shows one subtree. Next: " +
			"list_insights_runs for a category's traces, compare_insights_jobs for what changed.",
		Effect:     Reads,
		Repeatable: true,
		Toolset:    "insights",
		App:        true,
	}, runGetInsightsJob)
}

func runGetInsightsJob(ctx context.Context, env *Env, args getInsightsJobArgs) (Resizable[*jobResult], error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return Resizable[*jobResult]{}, err
	}
	job, err := env.LangSmith.GetJob(ctx, project.ID, args.JobID)
	if err != nil {
		return Resizable[*jobResult]{}, err
	}
	view := viewJob(ctx, env, project, job)
	if err := view.narrow(args); err != nil {
		return Resizable[*jobResult]{}, err
	}
	return view.resizable()
}

// narrow brings into view what a call asks for.
func (v *jobView) narrow(args getInsightsJobArgs) error {
	v.page = args.PageArgs
	if args.Detail == "detailed" {
		v.detail = detailed
	}
	var within *report.Node
	if args.ClusterID != uuid.Nil {
		if within = v.tree.Find(args.ClusterID); within == nil {
			return v.noSuchCluster(args.ClusterID)
		}
	}
	if args.SortBy == "" {
		args.SortBy = report.ByRuns
	}
	v.show(within, args.SortBy)
	return nil
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
