package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// figures are counts over the runs of a category.
type figures struct {
	failed    int            // runs that end in an error
	repeated  int            // runs in which the agent repeats a question
	errors    map[string]int // runs by the words of their error
	latencies []float64      // seconds
	costs     []float64      // USD
	feedback  map[string][]float64
}

func (b *builder) count(rows []int) figures {
	f := figures{errors: make(map[string]int), feedback: make(map[string][]float64)}
	for _, row := range rows {
		r := b.Rows[row].Run
		if r.Error != "" {
			f.failed++
			f.errors[errorMessage(r)]++
		}
		if countRepeats(r) > 1 {
			f.repeated++
		}
		if took, ended := r.Latency(); ended {
			f.latencies = append(f.latencies, took.Seconds())
		}
		if r.Cost != nil {
			f.costs = append(f.costs, *r.Cost)
		}
		for key, score := range r.Feedback {
			f.feedback[key] = append(f.feedback[key], score)
		}
	}
	return f
}

// stats returns a category's figures in the API's format. A key without values is
// missing, and a category without traces has no stats.
//
// Unknown: the names within feedback and attributes, which the schema does not define.
func (b *builder) stats(c *Category) map[string]any {
	if c.Size == 0 {
		return nil
	}
	s := map[string]any{"run_count": c.Size, "error_rate": round(float64(c.failed)/float64(c.Size), 4)}
	if len(c.latencies) > 0 {
		s["latency_p50"] = round(trace.Quantile(c.latencies, 0.5), 3)
	}
	if len(c.costs) > 0 {
		s["cost_p50"] = round(trace.Quantile(c.costs, 0.5), 6)
	}
	scores := make(map[string]any)
	for key, values := range c.feedback {
		scores[key] = newAverage(values)
	}
	if len(scores) > 0 {
		s["feedback"] = scores
	}
	if attributes := b.countAttributes(c.rows); len(attributes) > 0 {
		s["attributes"] = attributes
	}
	return s
}

func newAverage(values []float64) map[string]any {
	return map[string]any{"n": len(values), "avg": round(mean(values), 4)}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

// sortByFrequency lists the keys by descending count.
func sortByFrequency(counts map[string]int) []string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	return keys
}
