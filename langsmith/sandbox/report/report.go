// Package report computes the sandbox's Insights reports: it picks traces, groups
// them by the words they share, and puts what it finds into sentences. There is
// no model behind it; everything it says is counted.
package report

import (
	"fmt"

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
	Parent      int // index among the categories, where it stands before its children; -1 at the top
	Level       int
	Name        string
	Description string
	Size        int
	Stats       map[string]any // nil where there is nothing to tell
}

// Row is a trace that the report looked at.
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

// builder carries a report through its making.
type builder struct {
	in     Input
	rows   []Row
	space  *clustering.Space
	nodes  []node
	result Result
}

// Build computes a report. The same input gives the same report.
func Build(in Input) Result {
	b := &builder{in: in}
	for _, r := range in.pick() {
		row := Row{Run: r, Summary: summary(r), Attributes: extract(in.Attributes, r)}
		if admitted(in.Attributes, row.Attributes) {
			b.rows = append(b.rows, row)
		}
	}
	if len(b.rows) == 0 {
		// Unknown: how LangSmith puts it, and whether it fails such a job at all.
		return Result{Error: "No traces matched the window, filter and attributes (sandbox wording)."}
	}
	texts := make([]string, len(b.rows))
	for i, row := range b.rows {
		texts[i] = essence(row.Run, in.Prompt)
	}
	b.space = clustering.NewSpace(texts, boosts(in.Context))
	b.grow()
	b.name()
	b.describe()
	b.highlight()
	b.conclude()
	b.result.Rows = b.rows
	return b.result
}

// boosts lets the words of what the user wants to know weigh more.
func boosts(context map[string]string) map[string]float64 {
	more := make(map[string]float64)
	for _, answer := range context {
		for _, word := range clustering.Words(answer) {
			more[word.Stem] = 1.5
		}
	}
	return more
}

// percent writes a share for people.
func percent(part, whole int) string {
	if whole == 0 {
		return "0%"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(whole))
}

// count writes a number of things, in the singular where it is one.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// quoted puts a text that others wrote between typographic quotes, which need no
// escaping in JSON.
func quoted(text string) string { return "“" + text + "”" }
