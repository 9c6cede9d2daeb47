package report

import (
	"cmp"
	"fmt"
	"slices"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// maxHighlights is how many traces a report points out.
const maxHighlights = 8

// highlight points out traces: where the agent goes in circles, what fails in the
// category that fails most, what was rated bad, what took long, what is typical.
func (b *builder) highlight() {
	shown := make(map[int]bool)
	add := func(row int, reason string) {
		if len(b.result.Highlights) < maxHighlights && !shown[row] {
			shown[row] = true
			b.result.Highlights = append(b.result.Highlights, Highlight{Row: row, Reason: reason})
		}
	}
	for _, row := range b.circles(3) {
		r := b.rows[row].Run
		reason := fmt.Sprintf("The agent asks the same question %d times", repeats(r))
		if r.Error != "" {
			reason += ", then ends in an error"
		}
		add(row, reason+".")
	}
	if worst, rate := b.worst(); worst >= 0 && rate > 0 {
		for _, row := range b.typical(b.nodes[worst].rows) {
			if r := b.rows[row].Run; r.Error != "" && !shown[row] {
				add(row, fmt.Sprintf("Typical failure of %s: %s.", quoted(b.result.Categories[worst].Name), trace.Preview(bareError(r.Error), maxPhrase)))
				break
			}
		}
	}
	if row, ok := b.slowest(); ok {
		took, _ := b.rows[row].Run.Latency()
		usual, _ := median(b.tally(b.every()).latencies, 1)
		add(row, fmt.Sprintf("Took %.1f s; half of all traces take less than %.1f s.", took.Seconds(), usual))
	}
	if row, ok := b.disliked(shown); ok {
		add(row, "Rated bad by its user although it ended without an error.")
	}
	for _, at := range b.largest() {
		add(b.typical(b.nodes[at].rows)[0], fmt.Sprintf("Typical of %s, %s.", quoted(b.result.Categories[at].Name), count(len(b.nodes[at].rows), "trace")))
	}
}

func (b *builder) every() []int {
	all := make([]int, len(b.rows))
	for i := range all {
		all[i] = i
	}
	return all
}

// circles lists the rows in which the agent repeats itself most.
func (b *builder) circles(limit int) []int {
	var found []int
	for row := range b.rows {
		if repeats(b.rows[row].Run) > 1 {
			found = append(found, row)
		}
	}
	slices.SortStableFunc(found, func(x, y int) int {
		a, c := b.rows[x].Run, b.rows[y].Run
		return cmp.Or(
			cmp.Compare(repeats(c), repeats(a)),
			cmp.Compare(len(c.Messages()), len(a.Messages())),
		)
	})
	return found[:min(limit, len(found))]
}

// leastTelling is the size from which a category's rates mean something.
const leastTelling = 5

// worst is the lowest category that fails most.
func (b *builder) worst() (at int, rate float64) {
	at = -1
	for i, n := range b.nodes {
		if len(n.children) > 0 || len(n.rows) < min(leastTelling, len(b.rows)) {
			continue
		}
		if r := b.tally(n.rows).errorRate(); r > rate {
			at, rate = i, r
		}
	}
	return at, rate
}

// slowest is a row that took several times as long as is usual.
func (b *builder) slowest() (int, bool) {
	usual, ok := median(b.tally(b.every()).latencies, 3)
	if !ok {
		return 0, false
	}
	best, longest := -1, 3*usual
	for row := range b.rows {
		if took, ended := b.rows[row].Run.Latency(); ended && took.Seconds() > longest {
			best, longest = row, took.Seconds()
		}
	}
	return best, best >= 0
}

// disliked is a row whose user was not content with an answer that looks right.
func (b *builder) disliked(shown map[int]bool) (int, bool) {
	for row := range b.rows {
		r := b.rows[row].Run
		if r.Error != "" || shown[row] || repeats(r) > 1 {
			continue
		}
		for _, score := range r.Feedback {
			if score <= 0 {
				return row, true
			}
		}
	}
	return 0, false
}

// largest lists the top categories by size.
func (b *builder) largest() []int {
	var tops []int
	for at, n := range b.nodes {
		if n.parent < 0 && len(n.rows) > 0 {
			tops = append(tops, at)
		}
	}
	slices.SortStableFunc(tops, func(x, y int) int { return cmp.Compare(len(b.nodes[y].rows), len(b.nodes[x].rows)) })
	return tops
}
