package tools

import (
	"context"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/watch"
)

// defaultWait is less than the 30 s after which some clients give up a call.
const defaultWait = 25 * time.Second

// waitTimeout returns how long a call waits whose timeout_seconds this is.
func waitTimeout(timeoutSeconds *int) time.Duration {
	if timeoutSeconds == nil {
		return defaultWait
	}
	return time.Duration(*timeoutSeconds) * time.Second
}

// waitForJob waits for the end of a job, as long as the call's timeout_seconds say.
// In a polled call it only looks, and returns [*tool.Unfinished] until the job has
// ended, or the timeout is over where the caller gave one.
func waitForJob(ctx context.Context, env *tool.Env, project, job uuid.UUID, timeoutSeconds *int) (watch.State, error) {
	began := time.Now()
	request := watch.Request{
		LangSmith: env.LangSmith, Project: project, Job: job,
		Timeout: waitTimeout(timeoutSeconds), Ending: env.Ending,
	}
	if env.Progress != nil {
		request.Progress = func(state watch.State) {
			env.Progress(tool.Progress{Done: time.Since(began).Seconds(), Message: describeWait(state)})
		}
	}
	if env.Poll == nil || request.Timeout == 0 {
		return env.Watch.Wait(ctx, request)
	}
	state, err := env.Watch.Look(ctx, request)
	switch over := timeoutSeconds != nil && time.Since(env.Poll.Since) >= request.Timeout; {
	case err != nil, state.End == watch.Done:
		return state, err
	case over && state.Report != nil:
		return state, nil
	case over && state.Err != nil:
		return watch.State{}, state.Err
	case over:
		return watch.State{}, watch.ErrNoAnswer
	}
	return watch.State{}, &tool.Unfinished{Message: describeWait(state), AsOf: state.AsOf, NextPoll: state.NextPoll()}
}
