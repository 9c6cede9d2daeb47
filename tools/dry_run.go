package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// dryRun is what a paid call would do.
type dryRun struct {
	WouldSend    *json.RawMessage `json:"would_send,omitempty" jsonschema:"type=object"`
	ModelSecrets *[]string        `json:"model_secrets,omitempty"`
	TracesAtMost int              `json:"traces_at_most,omitempty"`
	CostUSD      *costRange       `json:"cost_usd,omitempty"`
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
	text := fmt.Sprintf("%.2f", amount)
	return strings.TrimSuffix(text, ".00")
}

// LangSmith's documented prices, in US dollars for 1,000 traces.
var (
	openAIPrice    = costRange{1, 2}
	anthropicPrice = costRange{3, 4}
)

// price bounds what a job over so many traces costs. Models named by the UUID
// of their configuration have a price that is not known here; the bound spans
// both providers then.
func price(request *langsmith.CreateInsightsJobRequest, traces int) costRange {
	models := []string{"openai"}
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

func (e *Env) dryRun(ctx context.Context, request *langsmith.CreateInsightsJobRequest) *dryRun {
	body := mustMarshal(request)
	traces := tracesAtMost(request)
	cost := price(request, traces)
	dry := &dryRun{WouldSend: &body, TracesAtMost: traces, CostUSD: &cost}
	if names, err := e.LangSmith.ListSecretNames(ctx); err == nil {
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, "_API_KEY") })
		slices.Sort(names)
		dry.ModelSecrets = &names
	}
	return dry
}

func (d *dryRun) writeDryRun(b *strings.Builder, project string) {
	fmt.Fprintf(b, "Dry run: nothing was started.\n\nA job over %s would read at most %d traces and cost at most about %s, billed by the model provider to the workspace's own key.\n",
		project, d.TracesAtMost, d.CostUSD)
	switch {
	case d.ModelSecrets == nil:
		b.WriteString("Which model secrets the workspace has could not be read.\n")
	case len(*d.ModelSecrets) == 0:
		b.WriteString("The workspace has no model secret set; such a job would be refused.\n")
	default:
		fmt.Fprintf(b, "Model secrets set in the workspace: %s.\n", markdown.Line(strings.Join(*d.ModelSecrets, ", "), 300))
	}
	fmt.Fprintf(b, "\nIt would send:\n%s\n\nNext: the same call without dry_run starts it.\n", markdown.Block(string(*d.WouldSend)))
}
