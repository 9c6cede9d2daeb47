package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/watch"
	"langsmith-insights-mcp/tools/wording"
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
		if args.TimeoutSeconds != nil {
			view.TimeoutSeconds = *args.TimeoutSeconds
		}
	}
	return view.Resizable()
}

// describeWait describes the state of a wait, for progress reports.
func describeWait(state watch.State) string {
	switch {
	case state.Report == nil && state.Err == nil:
		return "asking LangSmith for the job"
	case state.Report == nil:
		return fmt.Sprintf("no state of the job yet; %s; retrying", describeFailures(state))
	}
	job := (&jobs.Job{Status: state.Report.Status}).State()
	if state.Err == nil {
		return fmt.Sprintf("%s for %s", job, wording.Duration(state.Age())) + describeEarlier("; earlier reports of this project took ", state.ReportTimes)
	}
	return fmt.Sprintf("%s %s ago; %s; retrying", job, wording.Duration(time.Since(state.AsOf)), describeFailures(state))
}

// describeEnd returns why a wait ended before its job.
func describeEnd(state watch.State, status string, timeout time.Duration, most int) string {
	var b strings.Builder
	b.WriteString(status)
	if state.End == watch.TimedOut && timeout > 0 {
		b.Reset()
		fmt.Fprintf(&b, "still %s after a wait of %s", status, wording.Duration(timeout))
	}
	if !state.Report.CreatedAt.IsZero() {
		fmt.Fprintf(&b, " (started %s ago%s)", wording.Duration(state.Age()), describeEarlier("; this project's reports took ", state.ReportTimes))
	}
	b.WriteString(".")
	switch state.End {
	case watch.ServerEnding:
		b.WriteString(" This server is shutting down, so the wait ended early.")
	case watch.TooManyWaits:
		fmt.Fprintf(&b, " This call did not wait: %s waiting already, the most that this server allows.", wording.Count(most, "call is", "calls are"))
	}
	if state.Err != nil {
		fmt.Fprintf(&b, " That was its state %s ago; since then %s.", wording.Duration(time.Since(state.AsOf)), describeFailures(state))
	}
	return b.String()
}

// describeEarlier returns how long earlier reports took, after an introduction. It is
// empty if that is unknown.
func describeEarlier(introduction string, earlier watch.ReportTimes) string {
	if earlier.Longest == 0 {
		return ""
	}
	shortest, longest := wording.Duration(earlier.Shortest), wording.Duration(earlier.Longest)
	if shortest == longest {
		return introduction + "about " + longest
	}
	return introduction + strings.TrimSuffix(shortest, " min") + " to " + longest
}

// describeFailures returns how many polls have failed, and why.
func describeFailures(state watch.State) string {
	why := "no response"
	var api *langsmith.Error
	if errors.As(state.Err, &api) && api.Status == 0 {
		why = advice.DescribeFailure(api)
	} else if api != nil {
		why = fmt.Sprintf("status %d", api.Status)
	}
	if state.Failed == 1 {
		return "the last request failed (" + why + ")"
	}
	return fmt.Sprintf("the last %d requests failed (%s)", state.Failed, why)
}
