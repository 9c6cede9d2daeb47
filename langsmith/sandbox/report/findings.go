package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// provenance is the last key point of every report, so that nobody takes it for
// LangSmith's.
const provenance = "This report comes from the sandbox: it was computed by plain text clustering over the traces it holds, without a model."

// minCompared is the size from which a category's rates are compared.
const minCompared = 5

// findHighest returns the lowest-level category with the highest figure above a bound;
// nil if there is none.
func (b *builder) findHighest(bound float64, figure func(c *Category) float64) (best *Category) {
	for i := range b.Categories {
		c := &b.Categories[i]
		if !c.leaf || c.Size < min(minCompared, len(b.Rows)) {
			continue
		}
		if f := figure(c); f > bound {
			best, bound = c, f
		}
	}
	return best
}

// findMostFailing returns the category with the highest error rate; nil without errors.
func (b *builder) findMostFailing() *Category {
	return b.findHighest(0, func(c *Category) float64 { return float64(c.failed) / float64(c.Size) })
}

// topCategories lists the categories at the top, the largest first.
func (b *builder) topCategories() []*Category {
	var tops []*Category
	for i := range b.Categories {
		if c := &b.Categories[i]; c.Parent < 0 && c.Size > 0 {
			tops = append(tops, c)
		}
	}
	slices.SortStableFunc(tops, func(x, y *Category) int { return cmp.Compare(y.Size, x.Size) })
	return tops
}

// maxHighlights is how many traces a report highlights.
const maxHighlights = 8

// addHighlights highlights one trace of each kind: an agent that repeats a question, a
// failure of the category that fails most, a bad rating, a slow run; then a typical trace
// of each top category.
func (b *builder) addHighlights() {
	add := func(row int, format string, args ...any) {
		known := slices.ContainsFunc(b.Highlights, func(h Highlight) bool { return h.Row == row })
		if !known && len(b.Highlights) < maxHighlights {
			b.Highlights = append(b.Highlights, Highlight{row, fmt.Sprintf(format, args...)})
		}
	}
	worst, usual := b.findMostFailing(), trace.Quantile(b.count(b.all).latencies, 0.5)
	inWorst := func(row Row) bool { return &b.Categories[row.Category] == worst }

	row, times := b.findBestRow(func(row Row) float64 {
		if inWorst(row) {
			return 0 // the next highlight is of this category
		}
		return float64(countRepeats(row.Run) - 1)
	})
	if row >= 0 {
		add(row, "Asks the same question %.0f times: %s.", times+1, quoteGist(findMostRepeated(b.Rows[row].Run)))
	}
	row, _ = b.findBestRow(func(row Row) float64 {
		if !inWorst(row) || row.Run.Error == "" {
			return 0
		}
		return float64(1 + countRepeats(row.Run))
	})
	if row >= 0 {
		add(row, "Fails like %d of %d: %s.", worst.failed, worst.Size, errorMessage(b.Rows[row].Run))
	}
	row, _ = b.findBestRow(func(row Row) float64 {
		if row.Run.Error != "" || countRepeats(row.Run) > 1 || len(row.Run.Feedback) == 0 {
			return 0
		}
		return 0.5 - slices.Min(slices.Collect(maps.Values(row.Run.Feedback)))
	})
	if row >= 0 {
		add(row, "Rated bad, without an error: %s.", quoteGist(b.Rows[row].Run.UserText()))
	}
	row, longer := b.findBestRow(func(row Row) float64 {
		took, _ := row.Run.Latency()
		return took.Seconds() - 3*usual
	})
	if row >= 0 {
		add(row, "Took %.1f s; half of all traces take less than %.1f s.", 3*usual+longer, usual)
	}
	for _, c := range b.topCategories() {
		add(b.findTypical(c.rows), "Typical of %s, %s.", quote(c.Name), formatCount(c.Size, "trace"))
	}
}

// findBestRow returns the row with the highest score above 0, in a category without a
// highlight; the earliest of equal ones, -1 for none.
func (b *builder) findBestRow(score func(row Row) float64) (best int, highest float64) {
	best = -1
	for at, row := range b.Rows {
		shown := slices.ContainsFunc(b.Highlights, func(h Highlight) bool { return b.Rows[h.Row].Category == row.Category })
		if s := score(row); s > highest && !shown {
			best, highest = at, s
		}
	}
	return best, highest
}

// addKeyPoints writes the title and the key points.
func (b *builder) addKeyPoints() {
	n, all, worst := len(b.Rows), b.count(b.all), b.findMostFailing()
	tops := b.topCategories()
	first := tops[0]
	point := func(format string, args ...any) { b.KeyPoints = append(b.KeyPoints, fmt.Sprintf(format, args...)) }

	b.Title = fmt.Sprintf("%s leads with %.0f %% of %s", first.Name, 100*float64(first.Size)/float64(n), formatCount(n, "trace"))
	if worst != nil {
		b.Title += fmt.Sprintf("; %s fails most", worst.Name)
	}
	b.Title += " (sandbox)"
	point("%s is the largest top category of %d: %s.", quote(first.Name), len(tops), formatShare(first.Size, n))
	most := ""
	if worst != nil {
		most = fmt.Sprintf(" %s fails most: %s, mostly %s.", quote(worst.Name), formatShare(worst.failed, worst.Size), quote(sortByFrequency(worst.errors)[0]))
	}
	point("%s end in an error.%s", formatShare(all.failed, n), most)
	if all.repeated > 0 {
		point("%s repeat a question.", formatShare(all.repeated, n))
	}
	middle := b.Rows[0].Run.Start.Add(b.Rows[n-1].Run.Start.Sub(b.Rows[0].Run.Start) / 2)
	late := func(c *Category) float64 { // rows are in order of time
		at, _ := slices.BinarySearchFunc(c.rows, middle, func(row int, t time.Time) int { return b.Rows[row].Run.Start.Compare(t) })
		return float64(c.Size-at) / float64(c.Size)
	}
	if c := b.findHighest(0.7, late); c != nil {
		point("%s is growing: %.0f %% of its traces fall in the later half.", quote(c.Name), 100*late(c))
	}
	for _, key := range slices.Sorted(maps.Keys(all.feedback)) {
		bad := func(c *Category) float64 {
			if len(c.feedback[key]) < 3 {
				return 0
			}
			return 1 - mean(c.feedback[key])
		}
		if c := b.findHighest(0.5, bad); c != nil {
			point("%s is rated worst: %s averages %.2f over %s.", quote(c.Name), key, 1-bad(c), formatCount(len(c.feedback[key]), "rating"))
		}
	}
	for _, question := range slices.Sorted(maps.Keys(b.in.Context)) {
		wanted := b.corpus.Direction(b.in.Context[question])
		near := func(c *Category) float64 { return b.corpus.Similarity(b.findTypical(c.rows), wanted) }
		if c := b.findHighest(0, near); c != nil {
			point("Closest to what you asked for (%s): %s.", quote(trace.Preview(b.in.Context[question], maxPhrase)), quote(c.Name))
		}
	}
	point("%s", provenance)
}
