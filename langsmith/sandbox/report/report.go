// Package report computes the sandbox's Insights reports without a model: it selects
// traces, groups them by the words that they share, and describes the groups.
package report

import (
	"langsmith-insights-mcp/langsmith/sandbox/clustering"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// Result is a finished report, or the reason why there is none.
type Result struct {
	Error      string
	Title      string
	KeyPoints  []string
	Highlights []Highlight
	Categories []Category
	Rows       []Row
}

// Category is a cluster of traces.
type Category struct {
	Parent      int // index in Categories, before its children; -1 at the top
	Level       int
	Name        string
	Description string
	Size        int
	Stats       map[string]any // nil for a category without traces

	leaf bool // it has no subcategories
	rows []int
	figures
}

// Row is an analysed trace.
type Row struct {
	Run        *trace.Run
	Category   int // the smallest category that contains it
	Summary    string
	Attributes map[string]any
}

// Highlight is a row worth opening.
type Highlight struct {
	Row    int
	Reason string
}

// builder computes a report.
type builder struct {
	in     Input
	all    []int // the indices of all rows
	corpus *clustering.Corpus
	Result
}

// Build computes a report. The same input gives the same report.
func Build(in Input) Result {
	b := &builder{in: in}
	var texts []string
	for _, r := range in.selectRuns() {
		row := Row{Run: r, Summary: summarize(r), Attributes: extractAttributes(in.Attributes, r)}
		if passesAttributes(in.Attributes, row.Attributes) {
			b.all = append(b.all, len(b.Rows))
			b.Rows = append(b.Rows, row)
			texts = append(texts, comparedText(r, in.Prompt))
		}
	}
	if len(b.Rows) == 0 {
		// Unknown: LangSmith's wording, and whether such a job fails.
		return Result{Error: "No traces matched the window, filter and attributes (sandbox wording)."}
	}
	boost := make(map[string]float64)
	for _, answer := range in.Context {
		for _, stem := range clustering.Stems(answer) {
			boost[stem] = 1.5
		}
	}
	b.corpus = clustering.NewCorpus(texts, boost)
	b.addCategories()
	b.addNames()
	b.addHighlights()
	b.addKeyPoints()
	return b.Result
}
