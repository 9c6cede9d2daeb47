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

// Text implements Result.
func (r *Result) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Job %s compared with baseline %s: %s.\n", r.described(&r.view.Now, r.Job), r.described(&r.view.Baseline, r.Baseline), r.counts())
	for _, caution := range r.Caution {
		fmt.Fprintf(&b, "Caution: %s\n", caution)
	}
	if len(r.shown) > 0 {
		r.writeTable(&b)
	}
	if left := len(r.view.Changes) - len(r.shown); left > 0 {
		fmt.Fprintf(&b, "\n%s with smaller changes or none not shown. Each report lists all of its own:\n%s\n%s\n",
			wording.Categories(left), r.view.Now.call(), r.view.Baseline.call())
	}
	fmt.Fprintf(&b, "\nNext: list_insights_runs with session_id %s, job_id %s and a cluster_id shows a category's traces; those of a vanished one are in the baseline (session_id %s, job_id %s).\n",
		r.view.Now.Project.ID, r.Job.ID, r.view.Baseline.Project.ID, r.Baseline.ID)
	return b.String()
}

func (r *Result) described(side *Side, shown JobResult) string {
	text := fmt.Sprintf("%s (%s", markdown.Quote(shown.Name, markdown.MaxName), wording.Count(shown.NumRuns, "trace"))
	if side.Project.Name != "" && r.view.Now.Project.ID != r.view.Baseline.Project.ID {
		text += " of " + tool.ProjectLabel(side.Project)
	}
	listed := jobs.NewJob(&side.job.Job, tool.Links{}, markdown.MaxName)
	if window := listed.Window(); window != "" {
		text += ", " + window + " UTC"
	}
	return text + ")"
}

// counts says how many categories changed, in all and not only of those shown.
func (r *Result) counts() string {
	var counts [Unchanged + 1]int
	for _, change := range r.view.Changes {
		counts[change.Kind]++
	}
	parts := make([]string, len(counts))
	for kind, n := range counts {
		parts[kind] = fmt.Sprintf("%s %s", wording.Thousands(n), kindWords[kind])
	}
	return strings.Join(parts, ", ")
}

var kindWords = [...]string{Appeared: "appeared", Vanished: "vanished", Grew: "grew", Shrank: "shrank", Unchanged: "unchanged"}

func (r *Result) writeTable(b *strings.Builder) {
	lists := [][]CategoryChange{r.Appeared, r.Vanished, r.Grew, r.Shrank, r.Unchanged}
	var stats []map[string]any
	for _, c := range slices.Concat(lists...) {
		stats = append(stats, c.Stats, c.BaselineStats)
	}
	figures := jobs.Figures(stats)
	columns := []markdown.Column{{Title: "change"}, {Title: "category"}, {Title: "share", Right: true}, {Title: "traces", Right: true}}
	for _, figure := range figures {
		columns = append(columns, markdown.Column{Title: figure.Title, Right: true})
	}
	table := markdown.NewTable(append(columns, markdown.Column{Title: "cluster_id"})...)
	for kind, list := range lists {
		for _, c := range list {
			kind, id := Kind(kind), c.ClusterID
			if kind == Vanished {
				id = c.BaselineClusterID
			}
			cells := []string{kindWords[kind], c.label(), writeChange(kind, c.BaselineShare, c.Share, wording.Percent), writeChange(kind, c.BaselineNumRuns, c.NumRuns, wording.Thousands)}
			for _, figure := range figures {
				cells = append(cells, writeChange(kind, figure.Of(c.BaselineStats), figure.Of(c.Stats), figure.Write))
			}
			table.Row(append(cells, id.String())...)
		}
	}
	fmt.Fprintf(b, "\n%s", table)
}

// label names a category, with what it was called where that differs.
func (c *CategoryChange) label() string {
	label := markdown.Quote(c.Name, Compared.Name)
	if c.Similarity != nil && *c.Similarity < 1 {
		label += fmt.Sprintf(" was %s (similarity %.2f)", markdown.Quote(c.BaselineName, Compared.Name), *c.Similarity)
	}
	return label
}

// writeChange writes what was and what is: one value where that is all there can be,
// or where they look the same.
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
