package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
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
}

func createInsightsJob() Tool {
	return Define(Declaration{
		Name:  "create_insights_job",
		Title: "Start an Insights job",
		Description: "Start LangSmith's Insights Agent over a tracing project: it reads up to 1,000 traces, groups them into categories and writes a report. " +
			"COSTS MONEY (about 1-2 USD per 1,000 traces with OpenAI models, 3-4 with Anthropic, on the workspace's own model key) and takes up to 30 minutes. " +
			"Returns at once with the job's id; then call wait_for_insights_job. dry_run shows what would be sent and the most it can cost, and starts nothing. " +
			"The same call again while the job is unfinished returns that job, so repeating after a timeout is safe. " +
			"Look at list_insights_jobs first: a recent report may already answer the question.",
		Effect:  Spends,
		Toolset: "insights",
	}, runCreateInsightsJob)
}

func runCreateInsightsJob(ctx context.Context, env *Env, args createInsightsJobArgs) (*createInsightsJobResult, error) {
	if err := env.checkSample(&args.CreateInsightsJobRequest); err != nil {
		return nil, err
	}
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	result := &createInsightsJobResult{SessionID: project.ID, project: project}
	if args.DryRun {
		result.dryRun = env.dryRun(ctx, &args.CreateInsightsJobRequest)
		return result, nil
	}
	result.outcome, err = env.Paid.Start(ctx, paid.Call{
		LangSmith:      env.LangSmith,
		Project:        project.ID,
		Request:        &args.CreateInsightsJobRequest,
		AllowDuplicate: args.AllowDuplicate,
	})
	if err != nil {
		return nil, err
	}
	job := result.outcome.Job
	result.ID, result.Name, result.Status, result.Error = job.ID, job.Name, job.Status, job.Error
	result.AlreadyRunning = result.outcome.AlreadyRunning
	result.URL = env.links(ctx, project).job(job.ID)
	return result, nil
}

// checkSample holds a request against the operator's bound on traces.
func (e *Env) checkSample(request *langsmith.CreateInsightsJobRequest) error {
	if e.Policy.MaxSample <= 0 {
		return nil
	}
	sample, ok := request.Sample.Get()
	if !ok {
		return badArgument("sample", "is required here and at most %d: the operator of this server bounds what a job may read (--max-sample)", e.Policy.MaxSample)
	}
	if n, err := sample.Float64(); err != nil || n > float64(e.Policy.MaxSample) {
		return badArgument("sample", "is %s; the operator of this server allows at most %d (--max-sample)", sample, e.Policy.MaxSample)
	}
	return nil
}

// Text tells what was started, or what would be.
func (r *createInsightsJobResult) Text() string {
	var b strings.Builder
	if r.dryRun != nil {
		r.writeDryRun(&b, r.projectName())
		return b.String()
	}
	switch {
	case r.AlreadyRunning:
		fmt.Fprintf(&b, "The same job is already running; no second one was started.\n")
	case r.outcome.Probably:
		fmt.Fprintf(&b, "LangSmith's answer was lost, but this job was found; it is probably this call's. No second one was started.\n")
	default:
		fmt.Fprintf(&b, "Started an Insights job over %s. The report takes up to 30 minutes.\n", r.projectName())
	}
	fmt.Fprintf(&b, "\njob_id: %s\nsession_id: %s\nname: %s\nstatus: %s\n", r.ID, r.SessionID, markdown.Quote(r.Name, 200), markdown.Line(string(r.Status), 40))
	if r.Error != "" {
		fmt.Fprintf(&b, "error: %s\n", markdown.Quote(r.Error, 500))
	}
	if r.URL != "" {
		fmt.Fprintf(&b, "url: %s\n", r.URL)
	}
	fmt.Fprintf(&b, "\nNext: wait_for_insights_job with this session_id and job_id.\n")
	return b.String()
}

func (r *createInsightsJobResult) projectName() string {
	if r.project.Name == "" {
		return "project " + r.project.ID.String()
	}
	return markdown.Quote(r.project.Name, 100)
}
