package report

import (
	"math"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// Input is the input of a report.
type Input struct {
	Runs []*trace.Run // all runs of the project

	From, To time.Time // the window of the runs' start; a zero To means no end
	Filter   *filter.Filter
	Sample   float64 // the maximum number of traces, below 1 a share of them; 0 for maxSample

	Hierarchy  []int             // clusters per level, the top first; nil to choose by the number of traces
	Partitions map[string]string // fixed top categories, name to description
	Prompt     []string          // the parts of a run to compare; nil for run.inputs
	Attributes map[string]any    // name to schema
	Context    map[string]string // what the user wants to know, question to answer
}

const maxSample = 1000

// selectRuns selects the traces to analyse: the roots in the window that match the
// filter, of each thread the latest, and of these an evenly distributed sample.
//
// Unknown: what LangSmith does with a filter that only child runs match. Here nothing
// matches.
func (in *Input) selectRuns() []*trace.Run {
	var passing []*trace.Run
	for _, r := range in.Runs {
		inWindow := !r.Start.Before(in.From) && (in.To.IsZero() || r.Start.Before(in.To))
		if r.IsRoot() && inWindow && (in.Filter == nil || in.Filter.Match(r)) {
			passing = append(passing, r)
		}
	}
	runs := trace.Conversations(passing)
	sample := make([]*trace.Run, min(in.sampleSize(len(runs)), len(runs)))
	for i := range sample {
		sample[i] = runs[i*len(runs)/len(sample)]
	}
	return sample
}

// sampleSize returns the maximum number of n traces to analyse.
//
// Unknown: whether a sample below 1 is a share, as an official client suggests.
func (in *Input) sampleSize(n int) int {
	switch {
	case in.Sample <= 0:
		return maxSample
	case in.Sample < 1:
		return int(math.Ceil(in.Sample * float64(n)))
	}
	return min(int(in.Sample), maxSample)
}
