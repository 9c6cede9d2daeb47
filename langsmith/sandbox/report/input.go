package report

import (
	"math"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// Input is what a report is computed from.
type Input struct {
	Runs []*trace.Run // all runs of the project

	From, To time.Time // the window of a run's start; a zero To leaves it open
	Filter   *filter.Filter
	Sample   float64 // the most traces, below 1 a share of them; 0: maxSample

	Hierarchy  []int             // clusters per level, the top first; nil: by the number of traces
	Partitions map[string]string // top categories fixed in advance, name to description
	Prompt     []string          // the parts of a run that count; nil: run.inputs
	Attributes map[string]any    // name to schema
	Context    map[string]string // question to answer: what the user wants to know
}

const maxSample = 1000

// selectRuns picks the traces to analyse: roots in the window that pass the filter;
// of each thread the latest; of these a sample, spread evenly over the time.
//
// Unknown: what LangSmith makes of a filter that only child runs pass. Here it
// finds nothing.
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

// sampleSize is how many of n traces to take at most.
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
