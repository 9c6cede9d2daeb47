package report

import (
	"maps"
	"math"
	"slices"

	"langsmith-insights-mcp/langsmith/sandbox/clustering"
)

// The bounds of a hierarchy. Wider and deeper levels are cut off.
const (
	maxWidth  = 200
	maxLevels = 5
)

// addCategories groups the rows, parents before their children.
func (b *builder) addCategories() {
	widths := increasingWidths(b.in.Hierarchy)
	if len(widths) == 0 {
		widths = defaultWidths(len(b.Rows))
	}
	if len(b.in.Partitions) == 0 {
		b.addClusters(-1, b.corpus.Cluster(b.all, widths))
		return
	}
	// Unknown: what a hierarchy means with partitions. Here the partitions replace its
	// first level.
	for _, p := range b.partition() {
		at := b.addCategory(-1, p.rows)
		b.Categories[at].Name, b.Categories[at].Description = p.name, p.description
		var below []int
		for _, width := range widths[1:] {
			below = append(below, width*len(p.rows)/len(b.Rows))
		}
		if below = increasingWidths(append([]int{1}, below...))[1:]; len(below) > 0 {
			b.addClusters(at, b.corpus.Cluster(p.rows, below))
		}
	}
}

// increasingWidths drops the levels without more categories than the level above.
func increasingWidths(hierarchy []int) []int {
	var widths []int
	for _, width := range hierarchy {
		width = min(width, maxWidth)
		if len(widths) < maxLevels && (len(widths) == 0 || width > widths[len(widths)-1]) {
			widths = append(widths, width)
		}
	}
	return widths
}

// defaultWidths returns one level for few traces, and two for more.
func defaultWidths(traces int) []int {
	if traces < 5 {
		return []int{1}
	}
	top := min(max(int(math.Round(2+math.Log2(float64(traces)/10))), 2), 8)
	if traces < 40 {
		return []int{top}
	}
	return []int{top, max(top+2, traces/11)}
}

func (b *builder) addClusters(parent int, clusters []clustering.Cluster) {
	for _, cluster := range clusters {
		b.addClusters(b.addCategory(parent, cluster.Texts), cluster.Children)
	}
}

func (b *builder) addCategory(parent int, rows []int) int {
	at := len(b.Categories)
	c := Category{Parent: parent, Size: len(rows), leaf: true, rows: rows, figures: b.count(rows)}
	c.Stats = b.stats(&c)
	if parent >= 0 {
		c.Level = b.Categories[parent].Level - 1
		b.Categories[parent].leaf = false
	}
	b.Categories = append(b.Categories, c)
	for _, row := range rows {
		b.Rows[row].Category = at // children come later, so the smallest stays
	}
	return at
}

// minSimilarity is the similarity to a partition from which a row belongs to it.
const minSimilarity = 0.1

type partition struct {
	name, description string
	rows              []int
}

// partition assigns the rows to the fixed categories: first by the words of their names
// and descriptions, then by similarity to the assigned rows. The remaining rows form the
// category Other.
//
// Unknown: what LangSmith does with the remaining traces.
func (b *builder) partition() []partition {
	var parts []partition
	var centres [][]float64
	for _, name := range slices.Sorted(maps.Keys(b.in.Partitions)) {
		p := partition{name: name, description: b.in.Partitions[name]}
		parts = append(parts, p)
		centres = append(centres, b.corpus.Direction(name+"\n"+name+"\n"+p.description))
	}
	rest := b.all
	for range 2 {
		var left []int
		for _, row := range rest {
			best, similarity := b.findNearest(row, centres)
			if similarity < minSimilarity {
				left = append(left, row)
			} else {
				parts[best].rows = append(parts[best].rows, row)
			}
		}
		rest = left
		for i, p := range parts {
			if len(p.rows) > 0 {
				centres[i] = b.corpus.Centroid(p.rows)
			}
		}
	}
	if len(rest) > 0 {
		parts = append(parts, partition{"Other", "What fits none of the given categories.", rest})
	}
	return parts
}

func (b *builder) findNearest(row int, centres [][]float64) (best int, similarity float64) {
	for i, centre := range centres {
		if s := b.corpus.Similarity(row, centre); s > similarity {
			best, similarity = i, s
		}
	}
	return best, similarity
}
