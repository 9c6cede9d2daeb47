// Package report computes Insights reports from traces.
package report

import (
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// Input says what a report is to be made of.
type Input struct {
	Project    string
	Runs       []*trace.Run // all the runs that the project holds
	From, To   time.Time    // To may be zero: open
	Filter     *filter.Filter
	Sample     float64 // 0: as many as there are, up to the bound
	Hierarchy  []int
	Partitions map[string]string
	Prompt     []string
	Attributes map[string]any
	Context    map[string]string
}

// Result is a finished report, or the reason why there is none.
type Result struct {
	Error      string
	Title      string
	KeyPoints  []string
	Highlights []Highlight
	Categories []Category
	Rows       []Row
}

// Category is a cluster of runs.
type Category struct {
	Parent      int // index among the categories, which stands before its children; -1 at the top
	Level       int
	Name        string
	Description string
	Size        int
	Stats       map[string]any // nil where there is nothing to tell
}

// Row is a run that the report looked at.
type Row struct {
	Run        *trace.Run
	Category   int // the smallest that holds it
	Summary    string
	Attributes map[string]any
}

// Highlight is a row worth opening.
type Highlight struct {
	Row    int
	Reason string
}

// Build computes a report.
func Build(in Input) Result {
	var rows []Row
	for _, r := range trace.Conversations(in.Runs) {
		rows = append(rows, Row{Run: r, Summary: trace.Preview(r.UserText(), 80)})
	}
	if len(rows) == 0 {
		return Result{Error: "no traces matched"}
	}
	return Result{
		Title:      "Everything (sandbox)",
		KeyPoints:  []string{"This report comes from the sandbox."},
		Categories: []Category{{Parent: -1, Name: "Everything", Description: "All of it.", Size: len(rows)}},
		Rows:       rows,
	}
}
