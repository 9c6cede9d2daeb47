package tools

import (
	"encoding/json"
	"maps"
	"math"
	"slices"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// reportDetail says how much of a report is shown: counts of items, and lengths
// of texts in bytes.
type reportDetail struct {
	name, keyPoint, reason, summary, description int
	keyPoints, highlights                        int
	otherStats                                   bool // beyond error rate, latency and cost

	// shortest is how far texts are shortened to keep a whole page, before
	// categories are left to the next one.
	shortest int
	budget   int // in bytes, for text and structure each; 0 for what the page's limit allows
}

var (
	concise = reportDetail{
		name: 80, keyPoint: 300, reason: 200, keyPoints: 5, highlights: 3,
		shortest: 60, budget: ConciseBudget,
	}
	detailed = reportDetail{
		name: longestName, keyPoint: 1000, reason: 600, summary: 600, description: 500, keyPoints: 20, highlights: 20,
		otherStats: true, shortest: 120,
	}
)

const (
	longestTitle = 200

	// wholeDescription is the length to which a category that is looked at
	// alone is described.
	wholeDescription = 5000

	mostStats   = 40
	longestStat = 200
)

// longest is how long a text of what is in view can be.
func (v *jobView) longest() int { return max(longestJobText, v.detail.name, v.descriptionLength()) }

// descriptionLength is how much of a description is shown: more of it where it
// is the only one.
func (v *jobView) descriptionLength() int {
	if v.detail.description > 0 && (v.page.limit() == 1 || len(v.nodes) == 1) {
		return wholeDescription
	}
	return v.detail.description
}

// stats are the figures that every report shows, or all that are short.
func (d reportDetail) stats(stats langsmith.Stats, cut *cutter) map[string]any {
	shown := map[string]any{}
	for _, key := range []string{langsmith.StatErrorRate, langsmith.StatLatencyP50, langsmith.StatCostP50} {
		if value, ok := stats.Number(key); ok {
			shown[key] = significant(value)
		}
	}
	if d.otherStats {
		for _, key := range slices.Sorted(maps.Keys(stats)) {
			if _, known := shown[key]; known || len(shown) >= mostStats || len(key) > longestStat {
				continue
			}
			if value := shortValue(stats[key], cut); value != nil {
				shown[key] = value
			}
		}
	}
	if len(shown) == 0 {
		return nil
	}
	return shown
}

// shortValue shows a statistic of a kind that is not known here, unless it is
// long or nothing.
func shortValue(value any, cut *cutter) any {
	switch value := value.(type) {
	case float64:
		return significant(value)
	case bool:
		return value
	case string:
		return cut.to(value, longestStat)
	}
	if data, err := json.Marshal(value); value == nil || err != nil || len(data) > longestStat {
		return nil
	}
	return value
}

// significant rounds to six digits: enough for a rate, a time or a price, and
// far shorter than a float64 in full.
func significant(value float64) float64 {
	if value == 0 {
		return 0
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(value))))
	if rounded := math.Round(value*scale) / scale; !math.IsInf(rounded, 0) && !math.IsNaN(rounded) {
		return rounded
	}
	return value
}

// cutter shortens the texts of one result, and remembers whether it did. It
// counts bytes, so that what fits does so in every script.
type cutter struct {
	chars int // the most of any text, in bytes
	did   bool
}

// to shortens a text to its own length, or to what all texts have.
func (c *cutter) to(text string, own int) string {
	short, cut := markdown.Shorten(text, min(own, c.chars))
	c.did = c.did || cut && own > 0
	return short
}
