package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// provenance ends every report, so that nobody takes it for LangSmith's.
const provenance = "This report comes from the sandbox: it was computed by plain text clustering over the traces it holds, without a model."

// conclude writes the title and the key points, each of them counted.
func (b *builder) conclude() {
	tops := b.largest()
	first := b.result.Categories[tops[0]]
	worst, rate := b.worst()
	all := b.tally(b.every())

	b.result.Title = fmt.Sprintf("%s leads with %s of %s", first.Name, percent(first.Size, len(b.rows)), count(len(b.rows), "trace"))
	if rate > 0 {
		b.result.Title += fmt.Sprintf("; %s fails most", b.result.Categories[worst].Name)
	}
	b.result.Title += " (sandbox)"

	points := []string{fmt.Sprintf("%s is the largest top category of %d: %s.",
		quoted(first.Name), len(tops), share(first.Size, len(b.rows)))}
	if all.failed == 0 {
		points = append(points, "No trace ends in an error.")
	} else {
		points = append(points, share(all.failed, all.runs)+" end in an error."+b.blame(worst, rate))
	}
	if all.repeated > 0 {
		points = append(points, fmt.Sprintf("In %s the agent asks the same question again.", share(all.repeated, all.runs)))
	}
	points = append(points, b.growth()...)
	points = append(points, b.dislike()...)
	points = append(points, b.slowness(all)...)
	points = append(points, b.answers()...)
	b.result.KeyPoints = append(points, provenance)
}

// blame names the category that fails most, if one is large enough to tell.
func (b *builder) blame(worst int, rate float64) string {
	if worst < 0 || rate == 0 {
		return ""
	}
	t := b.tally(b.nodes[worst].rows)
	return fmt.Sprintf(" %s fails most: %s, mostly %s.",
		quoted(b.result.Categories[worst].Name), share(t.failed, t.runs), quoted(t.commonError()))
}

// leaves are the lowest categories that are large enough to speak of.
func (b *builder) leaves() []int {
	var list []int
	for at, n := range b.nodes {
		if len(n.children) == 0 && len(n.rows) >= leastTelling {
			list = append(list, at)
		}
	}
	return list
}

// growth finds the category whose traces come late in the window.
func (b *builder) growth() []string {
	from, to := b.rows[0].Run.Start, b.rows[len(b.rows)-1].Run.Start
	half := from.Add(to.Sub(from) / 2)
	if to.Sub(from) < 24*time.Hour {
		return nil
	}
	best, most := -1, 0.7
	for _, at := range b.leaves() {
		if len(b.nodes[at].rows) < 2*leastTelling {
			continue
		}
		late := 0
		for _, row := range b.nodes[at].rows {
			if b.rows[row].Run.Start.After(half) {
				late++
			}
		}
		if ratio := float64(late) / float64(len(b.nodes[at].rows)); ratio > most {
			best, most = at, ratio
		}
	}
	if best < 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s is growing: %.0f%% of its traces fall in the later half of the time looked at.",
		quoted(b.result.Categories[best].Name), 100*most)}
}

// dislike finds the category that its users rate worst.
func (b *builder) dislike() []string {
	best, key, lowest, ratings := -1, "", 0.5, 0
	for _, at := range b.leaves() {
		feedback := b.tally(b.nodes[at].rows).feedback
		for _, name := range slices.Sorted(maps.Keys(feedback)) {
			values := feedback[name]
			if mean := stat.Mean(values, nil); len(values) >= 3 && mean < lowest {
				best, key, lowest, ratings = at, name, mean, len(values)
			}
		}
	}
	if best < 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s is rated worst: %s averages %.2f over %s.",
		quoted(b.result.Categories[best].Name), key, lowest, count(ratings, "rating"))}
}

// slowness finds the category that takes much longer than the others.
func (b *builder) slowness(all tally) []string {
	usual, ok := median(all.latencies, 1)
	if !ok {
		return nil
	}
	best, longest := -1, 1.5*usual
	for _, at := range b.leaves() {
		if p50, ok := median(b.tally(b.nodes[at].rows).latencies, 1); ok && p50 > longest {
			best, longest = at, p50
		}
	}
	if best < 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s is slowest: half of its traces take %.1f s or more, against %.1f s overall.",
		quoted(b.result.Categories[best].Name), longest, usual)}
}

// answers names, for each thing that the user wanted to know, the categories that
// come closest to it in words.
func (b *builder) answers() []string {
	var points []string
	for _, question := range slices.Sorted(maps.Keys(b.in.Context)) {
		wish := b.space.Direction(b.in.Context[question])
		closeness := func(at int) float64 {
			sum := 0.0
			for i, v := range b.space.Centroid(b.nodes[at].rows) {
				sum += v * wish[i]
			}
			return sum
		}
		near := slices.DeleteFunc(b.leaves(), func(at int) bool { return closeness(at) < 0.1 })
		slices.SortStableFunc(near, func(x, y int) int { return cmp.Compare(closeness(y), closeness(x)) })
		if len(near) == 0 {
			continue
		}
		names := make([]string, 0, 2)
		for _, at := range near[:min(2, len(near))] {
			names = append(names, quoted(b.result.Categories[at].Name))
		}
		points = append(points, fmt.Sprintf("Closest to what you asked for (%s): %s.",
			quoted(trace.Preview(b.in.Context[question], maxPhrase)), strings.Join(names, " and ")))
	}
	return points
}
