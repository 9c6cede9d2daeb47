package tools

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/tools/compare"
	"langsmith-insights-mcp/tools/markdown"
)

// Text implements Result.
func (r *compareResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Job %s compared with baseline %s: %s.\n", r.described(&r.view.now, r.Job), r.described(&r.view.baseline, r.Baseline), r.counts())
	for _, caution := range r.Caution {
		fmt.Fprintf(&b, "Caution: %s\n", caution)
	}
	if len(r.shown) > 0 {
		r.writeTable(&b)
	}
	if left := len(r.view.changes) - len(r.shown); left > 0 {
		fmt.Fprintf(&b, "\n%s with smaller changes or none not shown. Each report lists all of its own:\n%s\n%s\n",
			categories(left), r.view.now.call(), r.view.baseline.call())
	}
	fmt.Fprintf(&b, "\nNext: list_insights_runs with session_id %s, job_id %s and a cluster_id shows a category's traces; those of a vanished one are in the baseline (session_id %s, job_id %s).\n",
		r.view.now.project.ID, r.Job.ID, r.view.baseline.project.ID, r.Baseline.ID)
	return b.String()
}

func (r *compareResult) described(side *comparedJob, shown comparedJobResult) string {
	text := fmt.Sprintf("%s (%s", markdown.Quote(shown.Name, longestName), count(shown.NumRuns, "trace"))
	if side.project.Name != "" && r.view.now.project.ID != r.view.baseline.project.ID {
		text += " of " + projectLabel(side.project)
	}
	listed := newInsightsJob(&side.job.Job, links{}, longestName)
	if window := listed.window(); window != "" {
		text += ", " + window + " UTC"
	}
	return text + ")"
}

// counts says how many categories changed, in all and not only of those shown.
func (r *compareResult) counts() string {
	var counts [compare.Unchanged + 1]int
	for _, change := range r.view.changes {
		counts[change.Kind]++
	}
	parts := make([]string, len(counts))
	for kind, n := range counts {
		parts[kind] = fmt.Sprintf("%s %s", thousands(n), kindWords[kind])
	}
	return strings.Join(parts, ", ")
}

var kindWords = [...]string{compare.Appeared: "appeared", compare.Vanished: "vanished", compare.Grew: "grew", compare.Shrank: "shrank", compare.Unchanged: "unchanged"}

func (r *compareResult) writeTable(b *strings.Builder) {
	lists := [][]categoryChange{r.Appeared, r.Vanished, r.Grew, r.Shrank, r.Unchanged}
	var stats []map[string]any
	for _, c := range slices.Concat(lists...) {
		stats = append(stats, c.Stats, c.BaselineStats)
	}
	figures := figuresIn(stats)
	columns := []markdown.Column{{Title: "change"}, {Title: "category"}, {Title: "share", Right: true}, {Title: "traces", Right: true}}
	for _, figure := range figures {
		columns = append(columns, markdown.Column{Title: figure.title, Right: true})
	}
	table := markdown.NewTable(append(columns, markdown.Column{Title: "cluster_id"})...)
	for kind, list := range lists {
		for _, c := range list {
			kind, id := compare.Kind(kind), c.ClusterID
			if kind == compare.Vanished {
				id = c.BaselineClusterID
			}
			cells := []string{kindWords[kind], c.label(), change(kind, c.BaselineShare, c.Share, percent), change(kind, c.BaselineNumRuns, c.NumRuns, thousands)}
			for _, figure := range figures {
				cells = append(cells, change(kind, figure.of(c.BaselineStats), figure.of(c.Stats), figure.write))
			}
			table.Row(append(cells, id.String())...)
		}
	}
	fmt.Fprintf(b, "\n%s", table)
}

// label names a category, with what it was called where that differs.
func (c *categoryChange) label() string {
	label := markdown.Quote(c.Name, compared.name)
	if c.Similarity != nil && *c.Similarity < 1 {
		label += fmt.Sprintf(" was %s (similarity %.2f)", markdown.Quote(c.BaselineName, compared.name), *c.Similarity)
	}
	return label
}

// change writes what was and what is: one value where that is all there can be,
// or where they look the same.
func change[T any](kind compare.Kind, before, now *T, write func(T) string) string {
	was, is := written(before, write), written(now, write)
	switch {
	case kind == compare.Appeared || was == is:
		return is
	case kind == compare.Vanished:
		return "was " + was
	}
	return was + " → " + is
}

func (c *comparedJob) call() string {
	return call("get_insights_job", "session_id", c.project.ID, "job_id", c.job.ID)
}
