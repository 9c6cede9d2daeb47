package jobs

import (
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// Detail says how much of a report is shown: counts of items, and lengths
// of texts in bytes.
type Detail struct {
	Name, keyPoint, reason, summary, description int
	keyPoints, highlights                        int
	otherStats                                   bool // beyond error rate, latency and cost

	// shortest is how far texts are shortened to keep a whole page, before
	// categories are left to the next one.
	shortest int
	budget   int // in bytes, for text and structure each; 0 for what the page's limit allows
}

var (
	concise = Detail{
		Name: 80, keyPoint: 300, reason: 200, keyPoints: 5, highlights: 3,
		shortest: 60, budget: tool.ConciseBudget,
	}
	detailed = Detail{
		Name: markdown.MaxName, keyPoint: 1000, reason: 600, summary: 600, description: 500, keyPoints: 20, highlights: 20,
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
func (v *View) longest() int { return max(MaxText, v.detail.Name, v.descriptionLength()) }

// descriptionLength is how much of a description is shown: more of it where it
// is the only one.
func (v *View) descriptionLength() int {
	if v.detail.description > 0 && (v.page.Size() == 1 || len(v.nodes) == 1) {
		return wholeDescription
	}
	return v.detail.description
}
