package report

import (
	"bytes"
	"crypto/sha256"
	"math"
	"slices"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// Input says what a report is to be made of.
type Input struct {
	Project string
	Runs    []*trace.Run // all the runs that the project holds

	From, To time.Time // the window by a run's start; To may be zero: open
	Filter   *filter.Filter
	Sample   float64 // the most traces, below 1 a share of them; 0: up to MaxSample

	Hierarchy  []int             // clusters per level, the top first; nil: as the traces suggest
	Partitions map[string]string // top categories fixed in advance, name to description
	Prompt     []string          // the parts of a run to go by; nil: what the user said
	Attributes map[string]any    // name to schema
	Context    map[string]string // questions and answers on what to look for
}

// MaxSample is the most traces of one report.
const MaxSample = 1000

// pick chooses the traces to analyse: the roots in the window that pass the
// filter; of each thread the latest of them, and those that are in none; of
// these a sample, the same for the same traces.
//
// Unknown: what LangSmith makes of a filter that only runs below a root fulfil.
// Here it finds nothing.
func (in *Input) pick() []*trace.Run {
	var passing []*trace.Run
	for _, r := range in.Runs {
		if r.IsRoot() && in.inWindow(r.Start) && (in.Filter == nil || in.Filter.Match(r)) {
			passing = append(passing, r)
		}
	}
	conversations := trace.Conversations(passing)
	return sample(conversations, in.size(len(conversations)))
}

func (in *Input) inWindow(t time.Time) bool {
	return !t.Before(in.From) && (in.To.IsZero() || t.Before(in.To))
}

// size is how many of n traces to take.
//
// Unknown: whether a sample below 1 is a share, as an official client suggests.
func (in *Input) size(n int) int {
	switch {
	case in.Sample <= 0:
		return MaxSample
	case in.Sample < 1:
		return max(1, int(math.Ceil(in.Sample*float64(n))))
	}
	return min(int(in.Sample), MaxSample)
}

// sample takes the runs whose ids hash lowest: a choice without favour that does
// not change with the order of the runs.
func sample(runs []*trace.Run, size int) []*trace.Run {
	if len(runs) <= size {
		return runs
	}
	keys := make(map[*trace.Run][sha256.Size]byte, len(runs))
	for _, r := range runs {
		keys[r] = sha256.Sum256(r.ID[:])
	}
	slices.SortStableFunc(runs, func(a, b *trace.Run) int {
		x, y := keys[a], keys[b]
		return bytes.Compare(x[:], y[:])
	})
	taken := slices.Clone(runs[:size])
	trace.Sort(taken)
	return taken
}
