package start

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// dryRun is what a paid call would do.
type dryRun struct {
	WouldSend      *json.RawMessage `json:"would_send,omitempty" jsonschema:"type=object"`
	ModelSecrets   *[]string        `json:"model_secrets,omitempty"`
	MatchingTraces *int             `json:"matching_traces,omitempty"`
	TracesAtMost   *int             `json:"traces_at_most,omitempty"`
	CostUSD        *cost.Range      `json:"cost_usd,omitempty"`

	bodySize    int
	unconfirmed bool     // it takes the place of a job that nobody could agree to
	replaces    bool     // the request names a saved config, and gives other settings
	uncounted   string   // why the traces were not counted; empty where they were, or come later
	more        bool     // there are more matching traces
	missingKeys []string // that the models need
	prompt      string   // what the summary prompt becomes, in words; empty without one
	unknown     []string // variables of the summary prompt that LangSmith does not document
	others      []langsmith.Job
	othersErr   error
}

// maxBody is the longest body that a result repeats, in bytes of its structure. The rest
// of the result has to fit into its budget too.
const maxBody = 12_000

// DryRun returns what starting the job would do. It asks LangSmith for the traces that
// match, the workspace's model secrets and the project's other jobs, and does without
// what it cannot read. It fails where LangSmith would refuse the job. The call is the one
// that starts it; nil where that is too long to repeat.
func (j *Job) DryRun(ctx context.Context, env *tool.Env, call *tool.Call) (*Result, error) {
	body, now := json.RawMessage(writeJSON(j.Request)), time.Now()
	request, replaces, err := completeRequest(ctx, env, j)
	if err != nil {
		return nil, err
	}
	dry := &dryRun{bodySize: len(body), replaces: replaces}
	if j.Project.ID != uuid.Nil { // else the project does not exist, and has no jobs
		dry.others, now, dry.othersErr = env.Paid.Others(ctx, j.Call)
	}
	var escaped bytes.Buffer // as a structure has it
	if json.HTMLEscape(&escaped, body); escaped.Len() <= maxBody {
		dry.WouldSend = &body
	}
	if template, ok := request.SummaryPrompt.Get(); ok {
		dry.unknown = langsmith.UnknownPromptVariables(template)
	}
	bound := cost.NewEstimate(request)
	if !j.TracesFollow {
		found, err := dry.count(ctx, env, j, request, now)
		if err != nil {
			return nil, err
		}
		if found != nil && !found.more {
			bound.Limit(request, found.count)
		}
	}
	dry.TracesAtMost, dry.CostUSD = &bound.Traces, &bound.Cost
	if names, err := env.LangSmith.ListSecretNames(ctx); err == nil {
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, "_API_KEY") })
		slices.Sort(names)
		dry.ModelSecrets = &names
		dry.missingKeys = missingKeys(cost.Models(request), names)
	}
	return &Result{SessionID: j.Project.ID, Scope: scope.New(request, now), dryRun: dry, Followed: tool.Followed{Next: call}, job: j}, nil
}

// count counts the traces that match, and shows the summary prompt for one of them. It
// returns nil where they cannot be counted.
func (d *dryRun) count(ctx context.Context, env *tool.Env, j *Job, request *langsmith.CreateInsightsJobRequest, now time.Time) (*matching, error) {
	if _, _, known := request.Window(now); !known {
		d.uncounted = "its config could not be read"
		return nil, nil
	}
	found, err := countMatching(ctx, env, j.Project.ID, request, now)
	if err != nil {
		d.uncounted = advice.Cause(err)
		return nil, explainUnreadableFilter(j, request, err)
	}
	d.MatchingTraces, d.more = &found.count, found.more
	if template, ok := request.SummaryPrompt.Get(); ok && found.example != uuid.Nil {
		d.prompt = describePrompt(ctx, env, j.Project.ID, found.example, template)
	}
	return found, nil
}

// missingKeys returns the keys that a job's models need and the workspace lacks. Those
// of model configurations are not known.
func missingKeys(models, have []string) []string {
	var missing []string
	for _, model := range models {
		provider := langsmith.ModelProvider(model)
		key := strings.ToUpper(model) + "_API_KEY"
		if known := provider == langsmith.ProviderOpenAI || provider == langsmith.ProviderAnthropic; known && !slices.Contains(have, key) && !slices.Contains(missing, key) {
			missing = append(missing, key)
		}
	}
	return missing
}

func (d *dryRun) write(b *strings.Builder, project string, reads *scope.Scope) {
	if d.unconfirmed {
		b.WriteString("No job was started. The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. This is what the job would be:\n\n")
	} else {
		b.WriteString("Dry run: nothing was started.\n\n")
	}
	switch {
	case d.uncounted != "":
		fmt.Fprintf(b, "How many traces match now is not known: %s.\n", d.uncounted)
	case d.MatchingTraces == nil:
	case *d.MatchingTraces == 0:
		fmt.Fprintf(b, "No trace of %s matches now: a job would find nothing to read. Widen the window, or change the filter.\n", project)
	case d.more:
		fmt.Fprintf(b, "%s or more match now.\n", wording.Count(*d.MatchingTraces, "trace"))
	default:
		fmt.Fprintf(b, "%s now.\n", wording.Count(*d.MatchingTraces, "trace matches", "traces match"))
	}
	if *d.TracesAtMost > 0 {
		fmt.Fprintf(b, "A job over %s %s\n", project, cost.Estimate{Traces: *d.TracesAtMost, Cost: *d.CostUSD})
	}
	if reads != nil {
		fmt.Fprintf(b, "Scope: %s.\n", reads)
	}
	if d.replaces {
		b.WriteString("What is given beside config_id is taken to replace the config's settings; LangSmith does not document that.\n")
	}
	d.writeKeys(b)
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
		b.WriteString("\nThe project's other jobs could not be listed.\n")
	} else if others := jobs.WriteList(d.others, maxOthers); others != "" {
		fmt.Fprintf(b, "\nThese jobs of the project may answer the question already, at no cost (get_insights_job):\n%s", others)
	}
	if d.unconfirmed {
		b.WriteString("\nNext: have a person start it in LangSmith, or use a client that can ask (elicitation).\n")
	} else {
		b.WriteString("\nNext: the same call without dry_run starts it.\n")
	}
}

// writeKeys says whether the models' keys are there.
func (d *dryRun) writeKeys(b *strings.Builder) {
	if d.ModelSecrets == nil {
		b.WriteString("Which model secrets the workspace has could not be read.\n")
		return
	}
	if len(*d.ModelSecrets) > 0 {
		fmt.Fprintf(b, "Model secrets set in the workspace: %s.\n", quoteNames(*d.ModelSecrets))
	}
	if len(d.missingKeys) > 0 {
		fmt.Fprintf(b, "The workspace has no %s: LangSmith refuses the job, unless a model configuration serves in place of the key.\n", strings.Join(d.missingKeys, " and no "))
	}
}

// maxNames bounds the names of model secrets in a text.
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
