// Package start starts paid Insights jobs for tools: consent, dry runs, and the results.
package start

import (
	"context"
	"fmt"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

// Job is a paid job that a tool is about to start.
type Job struct {
	*paid.Call
	Project langsmith.Project // without an id while it does not exist

	// NoDuplicates is set by tools without allow_duplicate.
	NoDuplicates bool

	// SendsTraces is set by tools that send the traces to the project first.
	SendsTraces bool

	scopes   *scope.Memory   // the caller's
	audience advice.Audience // of errors
}

// NewJob returns the job of a request over a project.
func NewJob(env *tool.Env, project langsmith.Project, request *langsmith.CreateInsightsJobRequest) (*Job, error) {
	call, err := paid.NewCall(env.LangSmith, project.ID, request)
	if err != nil {
		return nil, err
	}
	call.RequestID, call.Subject = env.RequestID, env.Subject
	return &Job{Call: call, Project: project, scopes: env.Scopes, audience: env.Audience}, nil
}

// InProject returns the same job over another project.
func (j *Job) InProject(project langsmith.Project) (*Job, error) {
	call, err := paid.NewCall(j.LangSmith, project.ID, j.Request)
	if err != nil {
		return nil, err
	}
	call.AllowDuplicate, call.RequestID, call.Subject = j.AllowDuplicate, j.RequestID, j.Subject
	return &Job{Call: call, Project: project, NoDuplicates: j.NoDuplicates, SendsTraces: j.SendsTraces, scopes: j.scopes, audience: j.audience}, nil
}

// FindRunning returns the job that an equal call started before, nil if there is none.
func (j *Job) FindRunning(ctx context.Context, env *tool.Env) (*paid.Outcome, error) {
	outcome, err := env.Paid.Find(ctx, j.Call)
	if err != nil {
		return nil, j.explain(err)
	}
	return outcome, nil
}

// Confirm asks a person for consent to the job, if the operator requires it (--confirm) and
// the daily limit allows one more. It fails with [tool.ErrCannotAsk] if nobody can be asked.
func (j *Job) Confirm(ctx context.Context, env *tool.Env, question string) error {
	if !env.Policy.Confirm {
		return nil
	}
	if err := j.CheckDailyLimit(ctx, env); err != nil {
		return err
	}
	answer, err := env.AskPerson(ctx, &tool.Question{
		ID:   "start-" + j.Digest(), // so that no answer counts for another job
		Text: fmt.Sprintf("%s It %s", question, cost.NewEstimate(j.Request)),
	})
	if err != nil {
		return err
	}
	if !answer.Accepted {
		env.Paid.RecordDeclined(j.Call)
		return tool.Refuse("The person who was asked declined. No job was started, and nothing was spent. dry_run shows what the job would do.")
	}
	return nil
}

// CheckDailyLimit refuses a job above the daily limit.
func (j *Job) CheckDailyLimit(ctx context.Context, env *tool.Env) error {
	if err := env.Paid.CheckDailyLimit(ctx, j.Call); err != nil {
		return j.explain(err)
	}
	return nil
}

// Start starts the job, or returns the one that an equal call has started.
func (j *Job) Start(ctx context.Context, env *tool.Env) (*paid.Outcome, error) {
	outcome, err := env.Paid.Start(ctx, j.Call)
	if err != nil {
		err = j.explain(err)
		if tool.IsNotFound(err) { // of the project or its config, since refusals do not unwrap
			if _, _, noConfig := completeRequest(ctx, env, j); noConfig != nil {
				return nil, noConfig
			}
		}
		return nil, err
	}
	env.Watch.RecordStarted(env.LangSmith, j.Project.ID, outcome.Job.ID)
	return outcome, nil
}
