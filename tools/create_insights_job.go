package tools

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid"
)

type createInsightsJobArgs struct {
	ProjectArgs
	langsmith.CreateInsightsJobRequest
	DryRun         bool `json:"dry_run,omitempty" jsonschema_description:"Start nothing: show the body, the model secrets and the cost bound."`
	AllowDuplicate bool `json:"allow_duplicate,omitempty" jsonschema_description:"Start another job although an equal one is unfinished."`
}

type createInsightsJobResult struct {
	ID             uuid.UUID        `json:"id,omitzero"`
	Name           string           `json:"name,omitempty"`
	Status         langsmith.Status `json:"status,omitempty"`
	Error          string           `json:"error,omitempty"`
	SessionID      uuid.UUID        `json:"session_id,omitzero"`
	URL            string           `json:"url,omitempty"`
	AlreadyRunning bool             `json:"already_running,omitempty"`
	*dryRun

	outcome *paid.Outcome
	project langsmith.Project
	onlyOne bool // the tool has no allow_duplicate
}

func createInsightsJob() Tool {
	return Define(Declaration{
		Name:  "create_insights_job",
		Title: "Start an Insights job",
		Description: "Start LangSmith's Insights Agent over a tracing project: it reads up to 1,000 traces, groups them into categories and writes " +
			"a report. COSTS MONEY (about 1-2 USD per 1,000 traces with OpenAI models, 3-4 with Anthropic, on the workspace's own model " +
			"key) and takes up to 30 minutes. Returns at once with the job's id; then call wait_for_insights_job. The same call again " +
			"while the job is unfinished returns that job, so repeating after a timeout is safe. A recent report (list_insights_jobs) may " +
			"already answer.",
		Effect:  Spends,
		Toolset: "insights",
	}, runCreateInsightsJob)
}

func runCreateInsightsJob(ctx context.Context, env *Env, args createInsightsJobArgs) (*createInsightsJobResult, error) {
	request := &args.CreateInsightsJobRequest
	if err := checkSample(env, request); err != nil {
		return nil, err
	}
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	result := &createInsightsJobResult{SessionID: project.ID, project: project}
	call := paid.Call{LangSmith: env.LangSmith, Project: project.ID, Request: request, AllowDuplicate: args.AllowDuplicate}
	if args.DryRun {
		result.dryRun = newDryRun(ctx, env, call)
		return result, nil
	}
	outcome, err := agreedJob(ctx, env, call, project)
	if errors.Is(err, ErrCannotAsk) {
		result.dryRun = newDryRun(ctx, env, call)
		result.dryRun.nobodyToAsk = true
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	result.started(ctx, env, outcome)
	return result, nil
}

// started tells what became of a call.
func (r *createInsightsJobResult) started(ctx context.Context, env *Env, outcome *paid.Outcome) {
	job := outcome.Job
	r.outcome, r.ID, r.Status = outcome, job.ID, langsmith.Status(cleanTo(string(job.Status), longestStatus))
	r.Name, r.Error = cleanTo(job.Name, longestName), cleanTo(job.Error, longestCause)
	r.AlreadyRunning = outcome.AlreadyRunning
	r.URL = env.links(ctx, r.project).job(job.ID)
}

// checkSample holds a request against the operator's bound on traces.
func checkSample(env *Env, request *langsmith.CreateInsightsJobRequest) error {
	if env.Policy.MaxSample <= 0 {
		return nil
	}
	sample, ok := request.Sample.Get()
	if !ok {
		return badArgument("sample", "is required here and at most %d: the operator of this server bounds what a job may read (--max-sample)", env.Policy.MaxSample)
	}
	if n, err := sample.Float64(); err != nil || n > float64(env.Policy.MaxSample) {
		return badArgument("sample", "is %s; the operator of this server allows at most %d (--max-sample)", sample, env.Policy.MaxSample)
	}
	return nil
}

// agreedJob starts a job, after a person has agreed where the operator wants
// that (--confirm). It fails with ErrCannotAsk where there is nobody to ask.
// Nobody is asked about a job that runs already: it costs nothing more.
func agreedJob(ctx context.Context, env *Env, call paid.Call, project langsmith.Project) (*paid.Outcome, error) {
	if env.Policy.Confirm {
		running, err := runningJob(ctx, env, call)
		if running != nil || err != nil {
			return running, err
		}
	}
	if err := consent(ctx, env, call, "Start an Insights job over "+projectLabel(project)+"?"); err != nil {
		return nil, err
	}
	return startJob(ctx, env, call)
}

// runningJob is the job that an equal call started before; nil where there is
// none that stands in the way of another.
func runningJob(ctx context.Context, env *Env, call paid.Call) (*paid.Outcome, error) {
	running, err := env.Paid.Find(ctx, call)
	if err != nil {
		return nil, explainPaid(env, err)
	}
	return running, nil
}

// consent has a person agree to a job where the operator wants that.
func consent(ctx context.Context, env *Env, call paid.Call, question string) error {
	if !env.Policy.Confirm {
		return nil
	}
	digest, err := paid.Digest(call)
	if err != nil {
		return err
	}
	answer, err := env.ask(ctx, &Question{
		ID:   "start-" + digest, // an answer to another question is none to this one
		Text: fmt.Sprintf("%s It %s", question, newEstimate(call.Request)),
	})
	if err != nil {
		return err
	}
	if !answer.Accepted {
		env.Paid.Declined(call)
		return refuse("A person was asked and did not agree. No job was started, and nothing was spent. dry_run shows what the job would do.")
	}
	return nil
}
