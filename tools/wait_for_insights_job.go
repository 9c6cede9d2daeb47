package tools

import (
	"context"

	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/tool"
)

type waitForInsightsJobArgs struct {
	tool.ProjectArgs
	JobID tool.JobID `json:"job_id" jsonschema_description:"A UUID, or latest (that succeeded)."`
	waitArgs
}

func waitForInsightsJob() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "wait_for_insights_job",
		Title: "Wait for an Insights report",
		Description: "Wait until an Insights job has ended and return its concise report. Reports take up to 30 minutes: after timeout_seconds the " +
			"result says that the job is still running. Call again. Waiting costs nothing.",
		Effect:     tool.Reads,
		Repeatable: true,
		Toolset:    "insights",
		ResultOf:   "get_insights_job",
		App:        true,
		MayWait:    true,
	}, runWaitForInsightsJob)
}

func runWaitForInsightsJob(ctx context.Context, env *tool.Env, args waitForInsightsJobArgs) (*tool.Resizable[*jobs.Result], error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	found, err := jobs.FindReport(ctx, env, project, args.JobID)
	if err != nil {
		return nil, err
	}
	if env.Poll == nil {
		// For the links; at shutdown there is no time to request it.
		project.TenantID = env.TenantID(ctx, project)
	}
	state, err := waitForJob(ctx, env, project.ID, found.ID, args.waitArgs)
	if err != nil {
		args.ProjectArgs, args.JobID = tool.ProjectArgs{SessionID: project.ID}, tool.JobID(found.ID.String())
		return nil, tool.WithNextCall(err, args)
	}
	view := jobs.NewView(ctx, env, project, state.Report)
	view.Alone, view.Caution = found.Alone, found.Caution
	if job := jobs.NewJob(&state.Report.Job, nil, jobs.MaxName); !job.Status.Done() {
		view.Progress = describeEnd(state, job.State(), args.timeout(), env.Watch.MaxWaiters)
		view.NextLook = state.NextLook()
		if args.timeout() > defaultWait { // the client allows it
			view.TimeoutSeconds = *args.TimeoutSeconds
		}
	}
	return view.Resizable()
}
