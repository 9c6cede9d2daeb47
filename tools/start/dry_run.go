package start

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
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

func (r *Result) writeDryRun(b *strings.Builder) {
	d, project := r.dryRun, tool.ProjectLabel(r.job.Project)
	if d.unconfirmed {
		b.WriteString("No job was started. The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. This is what the job would be:\n\n")
	} else {
		b.WriteString("Dry run: nothing was started.\n\n")
	}
	if d.existing != nil {
		fmt.Fprintf(b, "The call would start nothing either: it was made before, and %s, job_id %s.%s\n", describeEnd(d.existing.Status), d.existing.ID, r.job.describeDuplicate())
	}
	switch {
	case d.matches == nil:
	case d.findsNothing():
		fmt.Fprintf(b, "%s: a job over %s would find nothing to read.\n", d.matches, project)
		if why := d.matches.DescribeFilter(); why != "" {
			b.WriteString(why + "\n")
		}
	case d.matches.Unknown != "" || d.matches.Count == 1:
		fmt.Fprintf(b, "%s.\n", d.matches)
	default:
		fmt.Fprintf(b, "%s; a report reads one per thread.\n", d.matches)
	}
	if *r.TracesAtMost > 0 {
		over := ""
		if r.job.Project.Name != "" {
			over = " over " + project
		}
		fmt.Fprintf(b, "A job%s %s\n", over, cost.Estimate{Traces: *r.TracesAtMost, Cost: *r.CostUSD})
	}
	if r.Scope != nil {
		fmt.Fprintf(b, "Scope: %s.\n", r.Scope)
	}
	if d.replaces {
		b.WriteString("Arguments given with config_id are assumed to replace the config's settings; LangSmith does not document that.\n")
	}
	d.writeSecrets(b)
	if len(d.unknown) > 0 {
		fmt.Fprintf(b, "The summary prompt names %s, which LangSmith does not document: nothing may be filled in there. Its variables are %s.\n", quoteNames(d.unknown), langsmith.PromptVariables())
	}
	if d.prompt != "" {
		fmt.Fprintf(b, "\n%s\n", d.prompt)
	}
	if d.WouldSend == nil {
		fmt.Fprintf(b, "\nIt would send the fields as they were given, %s bytes of JSON: too many to repeat here.\n", wording.Thousands(d.bodySize))
	} else {
		fmt.Fprintf(b, "\nIt would send:\n%s\n", markdown.Block(string(*d.WouldSend)))
	}
	if d.othersErr != nil {
		b.WriteString("\n" + othersUnread + "\n")
	} else if len(d.others) > 0 {
		b.WriteString("\n")
		r.others.write(b)
	}
	fmt.Fprintf(b, "\nNext: %s.\n", r.describeAfterDryRun())
}

// describeEnd returns the state of a job that was started before.
func describeEnd(status langsmith.Status) string {
	switch {
	case status == langsmith.StatusSuccess:
		return "its report is ready"
	case status.Failed():
		return "its job has failed"
	}
	return "its job is still running"
}

// writeSecrets writes which of the models' keys the workspace has.
func (d *dryRun) writeSecrets(b *strings.Builder) {
	if d.ModelSecrets == nil {
		b.WriteString("Which model secrets the workspace has could not be read.\n")
		return
	}
	if len(*d.ModelSecrets) > 0 {
		fmt.Fprintf(b, "Model secrets set in the workspace: %s.\n", quoteNames(*d.ModelSecrets))
	}
	if missing := dryrun.DescribeMissing(d.missingKeys); missing != "" {
		b.WriteString(missing + "\n")
	}
}

// listCautions lists what may stop the job.
func (d *dryRun) listCautions() []string {
	var caution []string
	if d.othersErr != nil {
		caution = append(caution, othersUnread)
	}
	if missing := dryrun.DescribeMissing(d.missingKeys); missing != "" {
		caution = append(caution, missing)
	}
	if why := d.matches.DescribeFilter(); why != "" {
		caution = append(caution, why)
	}
	if d.promptProblem != "" {
		caution = append(caution, d.promptProblem)
	}
	return caution
}

const othersUnread = "The project's other jobs could not be listed."

// maxNames is the maximum number of model secrets in a text.
const maxNames = 20

// quoteNames lists names, which the workspace's members chose.
func quoteNames(names []string) string {
	quoted := make([]string, min(len(names), maxNames))
	for i := range quoted {
		quoted[i] = markdown.Word(names[i], markdown.MaxWord)
	}
	if more := len(names) - len(quoted); more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// findsNothing reports whether no trace matches now.
func (d *dryRun) findsNothing() bool {
	return d.MatchingTraces != nil && *d.MatchingTraces == 0
}

// nextAfterDryRun returns the next call after a dry run of a call: that call, if it would start
// a job. It returns nil if there is nothing for an agent to call.
func (r *Result) nextAfterDryRun(call *tool.Call) *tool.Call {
	d := r.dryRun
	switch {
	case d.existing != nil && r.AlreadyDone:
		return tool.NewCall("get_insights_job", "session_id", r.SessionID, "job_id", d.existing.ID)
	case d.existing != nil:
		return tool.NewCall("wait_for_insights_job", "session_id", r.SessionID, "job_id", d.existing.ID)
	case d.matches.DescribeFilter() != "":
		return changeCall(call, map[string]any{"filter": nil})
	case d.findsNothing():
		return changeCall(call, d.wider)
	case len(d.missingKeys) > 0:
		other := dryrun.OtherModel(d.complete, d.ModelSecrets)
		if other == "" {
			return nil
		}
		return changeCall(call, map[string]any{"model": other})
	}
	return call
}

// widen returns the arguments of a wider window.
func widen(request *langsmith.CreateInsightsJobRequest, now time.Time) map[string]any {
	start, end, _ := request.Window(now)
	if _, fixed := request.StartTime.Get(); fixed {
		return map[string]any{"start_time": end.Add(-scope.WideningFactor * end.Sub(start)).UTC().Format(time.RFC3339)}
	}
	return map[string]any{"last_n_hours": int(scope.WideningFactor * end.Sub(start).Hours())}
}

// changeCall returns a dry run of a call with other values of some arguments, nil if there
// is no call.
func changeCall(call *tool.Call, changed map[string]any) *tool.Call {
	if call == nil {
		return nil
	}
	arguments := maps.Clone(call.Arguments)
	maps.Copy(arguments, changed)
	arguments["dry_run"] = true
	return &tool.Call{Tool: call.Tool, Arguments: arguments}
}

// describeAfterDryRun describes the next call after a dry run.
func (r *Result) describeAfterDryRun() string {
	d := r.dryRun
	switch {
	case d.unconfirmed:
		return "have a person start it in LangSmith, or use a client that can ask (elicitation)"
	case d.existing != nil:
		return r.Next.Text("job_id")
	case d.matches.DescribeFilter() != "":
		return "the same call with another filter, or without one (filter=null), still with dry_run"
	case d.findsNothing():
		return "the same call with a wider window, such as " + describeArguments(d.wider) + ", still with dry_run; list_projects shows when the project last had runs"
	case len(d.missingKeys) > 0:
		text := fmt.Sprintf("the same call after a person has added %s to the workspace's secrets in LangSmith", strings.Join(d.missingKeys, " and "))
		if other := dryrun.OtherModel(d.complete, d.ModelSecrets); other != "" {
			text += fmt.Sprintf(", or now with model=%s, whose key is there", other)
		}
		return text
	}
	return "the same call without dry_run starts it"
}

func describeArguments(arguments map[string]any) string {
	var written []string
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		written = append(written, fmt.Sprintf("%s=%v", name, arguments[name]))
	}
	return strings.Join(written, " ")
}
