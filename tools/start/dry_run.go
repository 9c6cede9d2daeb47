package start

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

// dryRun is the result of a dry run.
type dryRun struct {
	WouldSend      *json.RawMessage `json:"would_send,omitempty" jsonschema:"type=object"`
	ModelSecrets   *[]string        `json:"model_secrets,omitempty"`
	MatchingTraces *int             `json:"matching_traces,omitempty"`

	bodySize      int
	unconfirmed   bool            // returned instead of a job, because nobody could be asked
	replaces      bool            // the request names a saved config, and gives other settings
	matches       *dryrun.Matches // nil if the traces come later
	missingKeys   []string        // of the models
	prompt        string          // the description of the rendered summary prompt; empty without one
	promptProblem string          // why the summary prompt cannot be rendered; empty if it can
	unknown       []string        // variables of the summary prompt that LangSmith does not document
	others        []langsmith.Job
	othersErr     error
	existing      *langsmith.Job // that the call would return instead of starting one
	complete      *langsmith.CreateInsightsJobRequest
	wider         map[string]any // the arguments of a wider window, if nothing matches
}

// DryRun returns what starting the job would do. It reads the traces that match, the
// workspace's model secrets and the project's other jobs, and leaves out what it cannot
// read. It fails if LangSmith would refuse the job. call is the one that starts the job,
// nil if it is too long to repeat.
func (j *Job) DryRun(ctx context.Context, env *tool.Env, call *tool.Call) (*Result, error) {
	body, now := json.RawMessage(writeJSON(j.Request)), time.Now()
	request, replaces, err := completeRequest(ctx, env, j)
	if err != nil {
		return nil, err
	}
	dry := &dryRun{WouldSend: tool.RepeatBody(body), bodySize: len(body), replaces: replaces, complete: request}
	if j.Project.ID != uuid.Nil { // else the project does not exist, and has no jobs
		if dry.others, now, dry.othersErr = env.Paid.ListOthers(ctx, j.Call); tool.IsNotFound(dry.othersErr) {
			return nil, dry.othersErr // so that an id of the wrong kind is explained
		}
		if dry.existing = env.Paid.FindRemembered(ctx, j.Call); dry.existing != nil {
			dry.others = slices.DeleteFunc(dry.others, func(other langsmith.Job) bool { return other.ID == dry.existing.ID })
		}
	}
	if dry.existing == nil {
		if err := j.CheckDailyLimit(ctx, env); err != nil {
			return nil, err
		}
	}
	if template, ok := request.SummaryPrompt.Get(); ok {
		dry.unknown = langsmith.UnknownPromptVariables(template)
	}
	bound := cost.NewEstimate(request)
	if !j.SendsTraces {
		if err := dry.count(ctx, env, j, request, now); err != nil {
			return nil, err
		}
		if dry.MatchingTraces != nil && !dry.matches.More {
			bound.Limit(request, *dry.MatchingTraces)
		}
	}
	dry.ModelSecrets = dryrun.ModelSecrets(ctx, env)
	dry.missingKeys = dryrun.MissingKeys(request, dry.ModelSecrets)
	result := &Result{SessionID: j.Project.ID, Scope: scope.New(request, now), TracesAtMost: &bound.Traces, CostUSD: &bound.Cost, dryRun: dry, job: j}
	if dry.existing != nil {
		result.AlreadyDone = dry.existing.Status == langsmith.StatusSuccess
		result.AlreadyRunning = !result.AlreadyDone
	}
	if dry.findsNothing() {
		dry.wider = widen(request, now)
	}
	result.Next = result.nextAfterDryRun(call)
	result.others = j.splitOthers(dry.others, result.Scope)
	result.Caution = append(result.others.names(), dry.listCautions()...)
	return result, nil
}

// count counts the traces that match, and renders the summary prompt for one of them.
func (d *dryRun) count(ctx context.Context, env *tool.Env, j *Job, request *langsmith.CreateInsightsJobRequest, now time.Time) (err error) {
	argument := "config_id"
	if _, own := j.Request.Filter.Get(); own {
		argument = "filter"
	}
	if d.matches, err = dryrun.CountMatches(ctx, env, j.Project.ID, request, now, argument); err != nil || d.matches.Unknown != "" {
		return err
	}
	d.MatchingTraces = &d.matches.Count
	d.matches.CountUnfiltered(ctx, env, j.Project.ID, request, now)
	if template, ok := request.SummaryPrompt.Get(); ok && d.matches.Example != uuid.Nil {
		d.prompt, d.promptProblem = describePrompt(ctx, env, j.Project.ID, d.matches.Example, template)
	}
	return nil
}
