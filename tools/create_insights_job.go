package tools

import (
	"context"
	"errors"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/start"
	"langsmith-insights-mcp/tools/tool"
)

type createInsightsJobArgs struct {
	tool.ProjectArgs
	langsmith.CreateInsightsJobRequest
	DryRun         bool `json:"dry_run,omitempty" jsonschema_description:"Start nothing; show matching traces and cost."`
	AllowDuplicate bool `json:"allow_duplicate,omitempty" jsonschema_description:"Start another job anyway."`
}

// CheckPolicy refuses a job that may read more than the operator allows.
func (a *createInsightsJobArgs) CheckPolicy(policy tool.Policy) error {
	return policy.CheckSample(&a.CreateInsightsJobRequest)
}

func createInsightsJob() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:  "create_insights_job",
		Title: "Start an Insights job",
		Description: "Start LangSmith's Insights Agent over a project: it groups up to 1,000 traces into categories and writes a report. COSTS " +
			"MONEY (per 1,000 traces about 1-2 USD with OpenAI models, 3-4 with Anthropic, on the workspace's key) and takes up to 30 " +
			"minutes. Repeating the call returns the running or just finished job. It reads one trace per thread (whole threads: " +
			"all_thread_messages in summary_prompt) and knows users only by metadata (filter on it). Check list_insights_jobs for a recent report " +
			"first. Next: wait_for_insights_job.",
		Effect:  tool.Spends,
		Toolset: "insights",
	}, runCreateInsightsJob)
}

func runCreateInsightsJob(ctx context.Context, env *tool.Env, args createInsightsJobArgs) (*start.Result, error) {
	request := &args.CreateInsightsJobRequest
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	job, err := start.NewJob(env, project, request)
	if err != nil {
		return nil, err
	}
	job.AllowDuplicate = args.AllowDuplicate
	if args.DryRun {
		args.DryRun = false
		return job.DryRun(ctx, env, tool.RepeatCall("create_insights_job", args))
	}
	if env.Policy.Confirm { // no consent is needed for a job that already runs, since it costs nothing more
		if running, err := job.FindRunning(ctx, env); err != nil {
			return nil, err
		} else if running != nil {
			return job.Result(ctx, env, running), nil
		}
	}
	err = job.Confirm(ctx, env, "Start an Insights job over "+tool.ProjectLabel(project)+"?")
	if errors.Is(err, tool.ErrCannotAsk) {
		return job.UnconfirmedResult(ctx, env)
	}
	if err != nil {
		return nil, err
	}
	outcome, err := job.Start(ctx, env)
	if err != nil {
		return nil, err
	}
	return job.Result(ctx, env, outcome), nil
}
