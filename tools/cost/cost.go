// Package cost estimates what Insights jobs read and cost, at the prices that LangSmith
// documents.
package cost

import (
	"fmt"
	"slices"
	"strconv"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/wording"
)

// Range is a range of costs in US dollars.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func (c Range) String() string {
	return fmt.Sprintf("%s to %s USD", formatDollars(c.Low), formatDollars(c.High))
}

// Times returns the cost of n jobs.
func (c Range) Times(n int) Range {
	return Range{wording.Round4(c.Low * float64(n)), wording.Round4(c.High * float64(n))}
}

// Plus returns the sum of two costs.
func (c Range) Plus(other Range) Range {
	return Range{wording.Round4(c.Low + other.Low), wording.Round4(c.High + other.High)}
}

func formatDollars(amount float64) string {
	if amount > 0 && amount < 0.01 {
		return strconv.FormatFloat(amount, 'g', 2, 64)
	}
	return wording.Decimals(amount, 2)
}

// LangSmith's documented prices, in US dollars per 1,000 traces.
var (
	openAIPrice    = Range{1, 2}
	anthropicPrice = Range{3, 4}
)

// Models returns the models of a job: providers, and ids of model configurations. For a
// saved config, whose models are not known here, it returns the config's id.
func Models(request *langsmith.CreateInsightsJobRequest) []string {
	if cluster, ok := request.ClusterModel.Get(); ok {
		summary, _ := request.SummaryModel.Get()
		return []string{cluster, summary}
	}
	if request.Model != nil {
		return []string{string(*request.Model)}
	}
	if config, ok := request.ConfigID.Get(); ok {
		return []string{config.String()}
	}
	return []string{string(langsmith.ProviderOpenAI)} // the API's default
}

// Of returns the cost of a job over a number of traces. For a saved config or a model
// configuration it includes both providers, since the model is not known.
func Of(request *langsmith.CreateInsightsJobRequest, traces int) Range {
	models := Models(request)
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
	return Range{wording.Round4(low * share), wording.Round4(high * share)}
}

// MaxTraces returns the maximum number of traces that a job reads.
func MaxTraces(request *langsmith.CreateInsightsJobRequest) int {
	sample, ok := request.Sample.Get()
	if !ok {
		return langsmith.MaxSample
	}
	n, err := sample.Float64()
	if err != nil || n < 1 {
		// A sample below 1 may be a share of all traces, which is not documented.
		return langsmith.MaxSample
	}
	return int(n)
}

// Estimate is an upper bound of the traces that a job reads, and their cost.
type Estimate struct {
	Traces int
	Cost   Range
}

// NewEstimate returns the estimate of a job.
func NewEstimate(request *langsmith.CreateInsightsJobRequest) Estimate {
	traces := MaxTraces(request)
	return Estimate{traces, Of(request, traces)}
}

// Limit lowers the estimate to the number of matching traces.
func (e *Estimate) Limit(request *langsmith.CreateInsightsJobRequest, traces int) {
	e.Traces = min(e.Traces, traces)
	e.Cost = Of(request, e.Traces)
}

func (e Estimate) String() string {
	return fmt.Sprintf("reads at most %s, which cost about %s, billed by the model provider to the workspace's own key.", wording.Count(e.Traces, "trace"), e.Cost)
}
