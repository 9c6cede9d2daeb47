package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// tally is what can be counted over a category.
type tally struct {
	runs, failed int
	errors       map[string]int
	latencies    []float64 // seconds
	costs        []float64 // USD
	feedback     map[string][]float64
	repeated     int // traces in which the agent repeats a question
}

func (b *builder) tally(rows []int) tally {
	t := tally{errors: make(map[string]int), feedback: make(map[string][]float64)}
	for _, row := range rows {
		r := b.rows[row].Run
		t.runs++
		if r.Error != "" {
			t.failed++
			t.errors[trace.Preview(bareError(r.Error), maxPhrase)]++
		}
		if took, ended := r.Latency(); ended {
			t.latencies = append(t.latencies, took.Seconds())
		}
		if r.Cost != nil {
			t.costs = append(t.costs, *r.Cost)
		}
		for key, score := range r.Feedback {
			t.feedback[key] = append(t.feedback[key], score)
		}
		if repeats(r) > 1 {
			t.repeated++
		}
	}
	return t
}

// median is rounded to what is worth saying; false where there are no values.
func median(values []float64, digits int) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return round(stat.Quantile(0.5, stat.Empirical, sorted, nil), digits), true
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

func (t tally) errorRate() float64 {
	if t.runs == 0 {
		return 0
	}
	return round(float64(t.failed)/float64(t.runs), 4)
}

// commonError is the error that most of the failed traces end in.
func (t tally) commonError() string {
	if len(t.errors) == 0 {
		return ""
	}
	list := slices.Sorted(maps.Keys(t.errors))
	return slices.MaxFunc(list, func(a, b string) int { return cmp.Compare(t.errors[a], t.errors[b]) })
}

// stats are a category's figures. A key whose values no trace has is missing,
// and there are no stats at all without traces.
//
// Unknown: the names below feedback and attributes, which no schema states.
func (b *builder) stats(rows []int, t tally) map[string]any {
	if t.runs == 0 {
		return nil
	}
	s := map[string]any{"run_count": t.runs, "error_rate": t.errorRate()}
	if p50, ok := median(t.latencies, 3); ok {
		s["latency_p50"] = p50
	}
	if p50, ok := median(t.costs, 6); ok {
		s["cost_p50"] = p50
	}
	if len(t.feedback) > 0 {
		scores := make(map[string]any, len(t.feedback))
		for key, values := range t.feedback {
			scores[key] = map[string]any{"n": len(values), "avg": round(stat.Mean(values, nil), 4)}
		}
		s["feedback"] = scores
	}
	if a := b.attributeStats(rows); len(a) > 0 {
		s["attributes"] = a
	}
	return s
}

func feedbackKeys(r *trace.Run) []string { return slices.Sorted(maps.Keys(r.Feedback)) }
