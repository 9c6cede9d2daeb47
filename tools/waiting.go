package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/watch"
	"langsmith-insights-mcp/tools/wording"
)

// waitArgs are the arguments of tools that wait for a job.
type waitArgs struct {
	TimeoutSeconds *int `json:"timeout_seconds,omitempty" jsonschema:"minimum=0,maximum=1800" jsonschema_description:"Seconds to wait: default 25, safe with every client; 300 or more where yours allows it."`
}

// defaultWait is less than the 30 s after which some clients cancel a call.
const defaultWait = 25 * time.Second

func (a waitArgs) timeout() time.Duration {
	if a.TimeoutSeconds == nil {
		return defaultWait
	}
	return time.Duration(*a.TimeoutSeconds) * time.Second
}

// waitForJob waits until a job has ended, and reports progress. With a timeout of 0 it
// looks once. In a polled call it looks, and returns [*tool.UnfinishedError] as its error
// until the job has ended, or until the caller's timeout has passed.
func waitForJob(ctx context.Context, env *tool.Env, project, job uuid.UUID, args waitArgs) (watch.State, error) {
	began := time.Now()
	request := watch.Request{LangSmith: env.LangSmith, Project: project, Job: job, Timeout: args.timeout(), Ending: env.Ending}
	if env.Progress != nil {
		request.Progress = func(state watch.State) {
			env.Progress(tool.Progress{Done: time.Since(began).Seconds(), Message: describeWait(state)})
		}
	}
	wait := env.Watch.Wait
	if env.Poll != nil && request.Timeout > 0 {
		timedOut := args.TimeoutSeconds != nil && time.Since(env.Poll.Since) >= request.Timeout
		wait = func(ctx context.Context, request watch.Request) (watch.State, error) {
			return poll(ctx, env, request, timedOut)
		}
	}
	state, err := wait(ctx, request)
	switch {
	case errors.Is(err, watch.ErrNoAnswer):
		return state, tool.RefuseFor(err, "LangSmith has not responded within %s. The job is not affected: call again, with a longer timeout_seconds if this lasts.", wording.Duration(request.Timeout))
	case errors.Is(err, watch.ErrEnding):
		return state, tool.Refuse("This server is shutting down, and LangSmith has not responded yet. The job is not affected: call again when the server is back.")
	}
	return state, err
}

// poll looks at a job for a polling caller. timedOut is whether the caller's timeout has
// passed.
func poll(ctx context.Context, env *tool.Env, request watch.Request, timedOut bool) (watch.State, error) {
	state, err := env.Watch.Look(ctx, request)
	switch {
	case err != nil, state.End == watch.Done, timedOut && state.Report != nil:
		return state, err
	case timedOut && state.Err != nil:
		return watch.State{}, state.Err
	case timedOut:
		return watch.State{}, watch.ErrNoAnswer
	}
	return watch.State{}, &tool.UnfinishedError{Message: describeWait(state), AsOf: state.AsOf, NextPoll: state.NextPoll()}
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
