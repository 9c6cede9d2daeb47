package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/paid"
)

// dryRun is what a paid call would do.
type dryRun struct {
	WouldSend    *json.RawMessage `json:"would_send,omitempty" jsonschema:"type=object"`
	ModelSecrets *[]string        `json:"model_secrets,omitempty"`
	TracesAtMost int              `json:"traces_at_most,omitempty"`
	CostUSD      *costRange       `json:"cost_usd,omitempty"`

	bodySize    int
	nobodyToAsk bool // it takes the place of a job, since no person could agree
	others      []langsmith.Job
	othersErr   error
}

// costRange is a span of US dollars.
type costRange struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func (c costRange) String() string {
	return fmt.Sprintf("%s to %s USD", dollars(c.Low), dollars(c.High))
}

func dollars(amount float64) string {
	if amount > 0 && amount < 0.01 {
		return strconv.FormatFloat(amount, 'g', 2, 64)
	}
	return trimmed(amount, 2)
}

// LangSmith's documented prices, in US dollars for 1,000 traces.
var (
	openAIPrice    = costRange{1, 2}
	anthropicPrice = costRange{3, 4}
)

// price bounds what a job over so many traces costs. Which model a saved config
// names, and what a model configuration's model costs, is not known here; the
// bound spans both providers then.
func price(request *langsmith.CreateInsightsJobRequest, traces int) costRange {
	models := []string{"openai"}
	if config, ok := request.ConfigID.Get(); ok {
		models[0] = config.String()
	}
	if request.Model != nil {
		models[0] = string(*request.Model)
	}
	if cluster, ok := request.ClusterModel.Get(); ok {
		summary, _ := request.SummaryModel.Get()
		models = []string{cluster, summary}
	}
	low, high := openAIPrice.Low, openAIPrice.High
	if !slices.Contains(models, "openai") {
		low = anthropicPrice.Low
	}
	if slices.ContainsFunc(models, func(m string) bool { return m != "openai" }) {
		high = anthropicPrice.High
	}
	if slices.ContainsFunc(models, func(m string) bool { return m != "openai" && m != "anthropic" }) {
		low = openAIPrice.Low
	}
	share := float64(traces) / 1000
	return costRange{round4(low * share), round4(high * share)}
}

func round4(f float64) float64 {
	return float64(int64(f*10000+0.5)) / 10000
}

// tracesAtMost is the upper bound of what a job reads.
func tracesAtMost(request *langsmith.CreateInsightsJobRequest) int {
	sample, ok := request.Sample.Get()
	if !ok {
		return langsmith.MaxSample
	}
	n, err := sample.Float64()
	if err != nil || n < 1 {
		// A sample between 0 and 1 may be read as a fraction: unknown.
		return langsmith.MaxSample
	}
	return int(n)
}

// longestBody is how long a body may be to be repeated, in bytes; a result has
// more to say and may hold 20,000.
const longestBody = 15_000

// dryRun says what a call would do, and asks LangSmith only for what the caller
// may want to know before.
func newDryRun(ctx context.Context, env *Env, call paid.Call) *dryRun {
	body := mustMarshal(call.Request)
	bound := newEstimate(call.Request)
	dry := &dryRun{TracesAtMost: bound.traces, CostUSD: &bound.cost, bodySize: len(body)}
	if len(body) <= longestBody {
		dry.WouldSend = &body
	}
	if names, err := env.LangSmith.ListSecretNames(ctx); err == nil {
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, "_API_KEY") })
		slices.Sort(names)
		dry.ModelSecrets = &names
	}
	if call.Project != uuid.Nil { // a project that has still to be made has no jobs
		dry.others, dry.othersErr = env.Paid.Others(ctx, call)
	}
	return dry
}

func (d *dryRun) writeDryRun(b *strings.Builder, project string) {
	if d.nobodyToAsk {
		b.WriteString("No job was started. The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. This is what the job would be:\n\n")
	} else {
		b.WriteString("Dry run: nothing was started.\n\n")
	}
	fmt.Fprintf(b, "A job over %s %s\n", project, estimate{d.TracesAtMost, *d.CostUSD})
	switch {
	case d.ModelSecrets == nil:
		b.WriteString("Which model secrets the workspace has could not be read.\n")
	case len(*d.ModelSecrets) == 0:
		b.WriteString("The workspace has no model secret set; such a job would be refused.\n")
	default:
		fmt.Fprintf(b, "Model secrets set in the workspace: %s.\n", markdown.Line(strings.Join(*d.ModelSecrets, ", "), 300))
	}
	if d.WouldSend == nil {
		fmt.Fprintf(b, "\nIt would send the fields as they were given, %s bytes of JSON: too many to repeat here.\n", thousands(d.bodySize))
	} else {
		fmt.Fprintf(b, "\nIt would send:\n%s\n", markdown.Block(string(*d.WouldSend)))
	}
	if d.othersErr != nil {
		b.WriteString("\nThe project's other jobs could not be listed.\n")
	} else if others := jobLines(d.others, mostOthers); others != "" {
		fmt.Fprintf(b, "\nThese jobs of the project may answer the question already, at no cost (get_insights_job):\n%s", others)
	}
	if d.nobodyToAsk {
		b.WriteString("\nNext: have a person start it in LangSmith, or use a client that can ask (elicitation).\n")
	} else {
		b.WriteString("\nNext: the same call without dry_run starts it.\n")
	}
}
