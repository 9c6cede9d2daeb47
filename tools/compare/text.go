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
	fmt.Fprintf(&b, "Traces %s", writePair(&r.Baseline.NumRuns, &r.Job.NumRuns, wording.Thousands))
	if r.Job.ErrorRate != nil || r.Baseline.ErrorRate != nil {
		fmt.Fprintf(&b, ", errors %s", writePair(r.Baseline.ErrorRate, r.Job.ErrorRate, wording.Percent))
	}
	fmt.Fprintf(&b, ". Categories: %s.\nJob %s against %s.\n", c.countChanges(), c.describe(c.job, r.Job), c.describe(c.baseline, r.Baseline))
	for _, caution := range r.Caution {
		fmt.Fprintf(&b, "Caution: %s\n", caution)
	}
	if r.shown > 0 {
		r.writeTables(&b)
	}
	next := r.Next.Text("session_id", "job_id") + ": "
	switch r.Next.Tool {
	case "compare_insights_jobs":
		next = r.Next.Text() + ": forwards in time"
	case "get_insights_job":
		next += "the whole report"
	default:
		next += "an example"
	}
	fmt.Fprintf(&b, "\nNext: %s.\n", next)
	return b.String()
}

func (c *Comparison) describe(side *Side, shown JobResult) string {
	text := fmt.Sprintf("%s (job_id %s", markdown.Quote(shown.Name, maxName), shown.ID)
	if c.job.project.ID != c.baseline.project.ID {
		text += ", session_id " + side.project.ID.String()
		if side.project.Name != "" {
			text += " of " + tool.ProjectLabel(side.project)
		}
	}
	if reads := side.scope.Brief(); reads != "" {
		text += ", " + reads
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
	return strings.Join(parts, ", ") + " (within chance)"
}

// writeTables writes a table of changed categories, and one of unchanged categories with
// the statistics that may have changed.
func (r *Result) writeTables(b *strings.Builder) {
	lists := [...][]CategoryChange{Appeared: r.Appeared, Vanished: r.Vanished, Grew: r.Grew, Shrank: r.Shrank, Unchanged: r.Unchanged}
	moved := newTable(slices.Concat(lists[:Unchanged]...), 3, "change", "category", "share", "traces")
	for kind, list := range lists[:Unchanged] {
		for _, c := range list {
			moved.add(Kind(kind), &c, kindWords[kind], c.label(), writeChange(Kind(kind), c.BaselineShare, c.Share, wording.Percent))
		}
	}
	unchanged := newTable(r.Unchanged, 2, "unchanged", "traces")
	for _, c := range r.Unchanged {
		unchanged.add(Unchanged, &c, c.label())
	}
	for _, table := range []*table{moved, unchanged} {
		if table.rows > 0 {
			fmt.Fprintf(b, "\n%s", table)
		}
	}
}

// table is a table of changes: some columns of its own, then the number of traces,
// some statistics and the category's id.
type table struct {
	*markdown.Table
	stats []jobs.StatColumn
	rows  int
}

// newTable returns a table without rows, with the first statistics that any of the
// changes has.
func newTable(changes []CategoryChange, maxStats int, titles ...string) *table {
	var stats []map[string]any
	for _, c := range changes {
		stats = append(stats, c.Stats, c.BaselineStats)
	}
	known := jobs.StatColumns(stats)
	t := &table{stats: known[:min(len(known), maxStats)]}
	var columns []markdown.Column
	for _, title := range titles {
		columns = append(columns, markdown.Column{Title: title, Right: title == "share" || title == "traces"})
	}
	for _, column := range t.stats {
		columns = append(columns, column.Column)
	}
	t.Table = markdown.NewTable(append(columns, markdown.Column{Title: "cluster_id"})...)
	return t
}

func (t *table) add(kind Kind, c *CategoryChange, cells ...string) {
	cells = append(cells, writeChange(kind, c.BaselineNumRuns, c.NumRuns, wording.Thousands))
	for _, column := range t.stats {
		cells = append(cells, writeChange(kind, column.Value(c.BaselineStats), column.Value(c.Stats), column.Write))
	}
	id := c.ClusterID
	if kind == Vanished {
		id = c.BaselineClusterID
	}
	t.Row(append(cells, wording.ShortID(id))...)
	t.rows++
}

// label names a category, and its counterpart if the names differ.
func (c *CategoryChange) label() string {
	label := markdown.Quote(c.Name, maxName)
	if c.Parent != "" {
		label += " in " + markdown.Quote(c.Parent, maxName)
	}
	if c.BaselineName == "" {
		return label
	}
	label += " was " + markdown.Quote(c.BaselineName, maxName)
	if c.Similarity > 0 {
		label += fmt.Sprintf(" (similarity %.2f)", c.Similarity)
	}
	return label
}

// writeChange writes the value before and now, or the only one of an appeared or vanished
// category.
func writeChange[T any](kind Kind, before, now *T, write func(T) string) string {
	switch kind {
	case Appeared:
		return wording.OrDash(now, write)
	case Vanished:
		return wording.OrDash(before, write)
	}
	return writePair(before, now, write)
}

// writePair writes the value before and now, or once if both texts are equal. A common
// unit is written once.
func writePair[T any](before, now *T, write func(T) string) string {
	beforeText, nowText := wording.OrDash(before, write), wording.OrDash(now, write)
	if beforeText == nowText {
		return nowText
	}
	if _, unit, found := strings.Cut(nowText, " "); found {
		beforeText = strings.TrimSuffix(beforeText, " "+unit)
	}
	return beforeText + " → " + nowText
}
