// Package trace is the sandbox's own picture of what LangSmith holds: runs, the
// traces and threads they form, and what can be read off them.
package trace

import (
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
)

// The kinds of run that the sandbox's own traces use.
const (
	Chain     = "chain"
	LLM       = "llm"
	Tool      = "tool"
	Retriever = "retriever"
)

// The states of a run.
const (
	Success = "success"
	Failed  = "error"
	Pending = "pending"
)

// Run is one step of a trace. A run without a parent is the root of its trace.
// Its maps and slices are never changed once the run is held.
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
	Cost             *float64           // USD; nil where no price is known
	Feedback         map[string]float64 // score by key
	ReferenceExample uuid.UUID          // set on the runs of an experiment
}

// IsRoot says whether the run stands at the top of its trace.
func (r *Run) IsRoot() bool { return r.ParentID == uuid.Nil }

// Latency is the time the run took, and whether it has ended.
func (r *Run) Latency() (time.Duration, bool) {
	if r.End.IsZero() {
		return 0, false
	}
	return r.End.Sub(r.Start), true
}

// Quantile is the smallest value that at least a share p of the values do not
// exceed; 0 without values.
func Quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(int(math.Ceil(p*float64(len(values))))-1, 0)]
}

// TotalTokens counts prompt and completion.
func (r *Run) TotalTokens() int { return r.PromptTokens + r.CompletionTokens }

// DottedOrder is the sortable path of a root run, as LangSmith writes it. A
// child's path would need its ancestors; the sandbox gives the run's own part.
func (r *Run) DottedOrder() string {
	return r.Start.UTC().Format("20060102T150405") +
		r.Start.UTC().Format(".000000")[1:] + "Z" + r.ID.String()
}

// Conversations picks what the Insights Agent looks at: the latest root run of
// every thread, and each root run that belongs to none, in order of time.
func Conversations(runs []*Run) []*Run {
	latest := make(map[string]int)
	var picked []*Run
	for _, r := range runs {
		if !r.IsRoot() {
			continue
		}
		if r.ThreadID == "" {
			picked = append(picked, r)
			continue
		}
		at, seen := latest[r.ThreadID]
		switch {
		case !seen:
			latest[r.ThreadID] = len(picked)
			picked = append(picked, r)
		case r.Start.After(picked[at].Start):
			picked[at] = r
		}
	}
	Sort(picked)
	return picked
}
