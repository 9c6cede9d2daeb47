// Package trace is the sandbox's model of runs, traces and threads.
package trace

import (
	"bytes"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
)

// The run types of the sample traces.
const (
	Chain = "chain"
	LLM   = "llm"
	Tool  = "tool"
)

// The statuses of a run.
const (
	Success = "success"
	Failed  = "error"
	Pending = "pending"
)

// Run is one step of a trace. A run without a parent is the root of its trace. The maps
// and slices of a stored run never change.
type Run struct {
	ID        uuid.UUID
	TraceID   uuid.UUID
	ParentID  uuid.UUID // uuid.Nil for a root
	SessionID uuid.UUID
	Name      string
	Type      string
	Start     time.Time
	End       time.Time // zero while the run is pending
	Status    string
	Error     string
	Inputs    map[string]any
	Outputs   map[string]any
	Tags      []string
	Metadata  map[string]any
	ThreadID  string

	PromptTokens     int
	CompletionTokens int
	Cost             *float64           // US dollars; nil if unknown
	Feedback         map[string]float64 // score by key
	ReferenceExample uuid.UUID          // set on the runs of an experiment
}

// IsRoot reports whether the run is the root of its trace.
func (r *Run) IsRoot() bool { return r.ParentID == uuid.Nil }

// Latency returns how long the run took, and whether it has ended.
func (r *Run) Latency() (time.Duration, bool) {
	if r.End.IsZero() {
		return 0, false
	}
	return r.End.Sub(r.Start), true
}

// Quantile returns the smallest value that at least a share p of the values do not exceed;
// 0 without values.
func Quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(int(math.Ceil(p*float64(len(values))))-1, 0)]
}

// TotalTokens returns the sum of prompt and completion tokens.
func (r *Run) TotalTokens() int { return r.PromptTokens + r.CompletionTokens }

// DottedOrder returns the run's part of LangSmith's dotted order. A child's dotted order
// begins with those of its ancestors.
func (r *Run) DottedOrder() string {
	return r.Start.UTC().Format("20060102T150405") +
		r.Start.UTC().Format(".000000")[1:] + "Z" + r.ID.String()
}

// Conversations returns the runs that the Insights Agent analyses: the latest root run of
// every thread, and every root run without a thread, in order of time.
func Conversations(runs []*Run) []*Run {
	latest := make(map[string]int)
	var selected []*Run
	for _, r := range runs {
		if !r.IsRoot() {
			continue
		}
		if r.ThreadID == "" {
			selected = append(selected, r)
			continue
		}
		at, seen := latest[r.ThreadID]
		switch {
		case !seen:
			latest[r.ThreadID] = len(selected)
			selected = append(selected, r)
		case r.Start.After(selected[at].Start):
			selected[at] = r
		}
	}
	slices.SortStableFunc(selected, Compare)
	return selected
}

// Compare orders runs by their start, the oldest first, and by id for equal starts.
func Compare(a, b *Run) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
