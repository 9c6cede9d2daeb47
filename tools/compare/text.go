package compare

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Text implements [tool.Result].
func (r *Result) Text() string {
	c := r.comparison
	var b strings.Builder
	fmt.Fprintf(&b, "Job %s compared with baseline %s: %s.\n", c.describe(c.job, r.Job), c.describe(c.baseline, r.Baseline), c.countChanges())
	for _, caution := range r.Caution {
		fmt.Fprintf(&b, "Caution: %s\n", caution)
	}
	if r.shown > 0 {
		r.writeTable(&b)
	}
	if left := len(c.changes) - r.shown; left > 0 {
		fmt.Fprintf(&b, "\n%s with smaller changes or none not shown. Each report lists all of its own:\n%s\n%s\n",
			wording.Categories(left), c.job.call(), c.baseline.call())
	}
	fmt.Fprintf(&b, "\nNext: list_insights_runs with session_id %s, job_id %s and a cluster_id shows a category's traces; those of a vanished one are in the baseline (session_id %s, job_id %s).\n",
		c.job.project.ID, r.Job.ID, c.baseline.project.ID, r.Baseline.ID)
	return b.String()
}

func (c *Comparison) describe(side *Side, shown JobResult) string {
	text := fmt.Sprintf("%s (%s", markdown.Quote(shown.Name, maxName), wording.Count(shown.NumRuns, "trace"))
	if side.project.Name != "" && c.job.project.ID != c.baseline.project.ID {
		text += " of " + tool.ProjectLabel(side.project)
	}
	job := jobs.NewJob(&side.job.Job, tool.Links{}, jobs.MaxName)
	if window := job.Window(); window != "" {
		text += ", " + window + " UTC"
	}
	return text + ")"
}

var kindWords = [...]string{Appeared: "appeared", Vanished: "vanished", Grew: "grew", Shrank: "shrank", Unchanged: "unchanged"}

// countChanges counts the categories of each kind, shown or not.
func (c *Comparison) countChanges() string {
	var counts [len(kindWords)]int
	for _, change := range c.changes {
		counts[change.Kind]++
	}
	parts := make([]string, len(counts))
	for kind, n := range counts {
		parts[kind] = fmt.Sprintf("%s %s", wording.Thousands(n), kindWords[kind])
	}
	return strings.Join(parts, ", ")
}

func (r *Result) writeTable(b *strings.Builder) {
	lists := [][]CategoryChange{r.Appeared, r.Vanished, r.Grew, r.Shrank, r.Unchanged}
	var stats []map[string]any
	for _, c := range slices.Concat(lists...) {
		stats = append(stats, c.Stats, c.BaselineStats)
	}
	statColumns := jobs.StatColumns(stats)
	columns := []markdown.Column{{Title: "change"}, {Title: "category"}, {Title: "share", Right: true}, {Title: "traces", Right: true}}
	for _, column := range statColumns {
		columns = append(columns, column.Column)
	}
	table := markdown.NewTable(append(columns, markdown.Column{Title: "cluster_id"})...)
	for kind, list := range lists {
		for _, c := range list {
			kind, id := Kind(kind), c.ClusterID
			if kind == Vanished {
				id = c.BaselineClusterID
			}
			cells := []string{
				kindWords[kind], c.label(),
				writeChange(kind, c.BaselineShare, c.Share, wording.Percent),
				writeChange(kind, c.BaselineNumRuns, c.NumRuns, wording.Thousands),
			}
			for _, column := range statColumns {
				cells = append(cells, writeChange(kind, column.Value(c.BaselineStats), column.Value(c.Stats), column.Write))
			}
			table.Row(append(cells, id.String())...)
		}
	}
	fmt.Fprintf(b, "\n%s", table)
}

// label names a category, and what it was called before where that differs.
func (c *CategoryChange) label() string {
	label := markdown.Quote(c.Name, maxName)
	if c.Similarity != nil && *c.Similarity < 1 {
		label += fmt.Sprintf(" was %s (similarity %.2f)", markdown.Quote(c.BaselineName, maxName), *c.Similarity)
	}
	return label
}

// writeChange writes the value before and now, or one of them where there is no
// more, or where they read the same.
func writeChange[T any](kind Kind, before, now *T, write func(T) string) string {
	was, is := wording.OrDash(before, write), wording.OrDash(now, write)
	switch {
	case kind == Appeared || was == is:
		return is
	case kind == Vanished:
		return "was " + was
	}
	return was + " → " + is
}
