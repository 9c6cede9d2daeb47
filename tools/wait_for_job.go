package tools

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

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
// looks once. In a polled call it looks, and returns [*tool.Unfinished] as its error
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
	return watch.State{}, &tool.Unfinished{Message: describeWait(state), AsOf: state.AsOf, NextPoll: state.NextPoll()}
}
