package jobs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Text implements [tool.Result].
func (r *Result) Text() string {
	var b strings.Builder
	r.writeHead(&b)
	if r.Report != nil {
		r.Report.writeKeyPoints(&b)
	}
	r.writeClusters(&b)
	if r.Report != nil {
		r.Report.writeHighlighted(&b)
	}
	r.writeLeftOut(&b)
	r.writeNext(&b)
	return b.String()
}

// writeHead writes the first lines: the job and the ids for further calls.
func (r *Result) writeHead(b *strings.Builder) {
	name := markdown.Quote(r.Name, markdown.MaxName)
	switch {
	case r.Status == langsmith.StatusSuccess && r.view.within != nil:
		fmt.Fprintf(b, "Category %s of job %s: %s of its %s; %s.\n", markdown.Quote(r.view.within.Name, markdown.MaxName), name,
			wording.Thousands(r.view.within.Runs), wording.Count(r.view.tree.Total, "trace"), r.countBelow())
	case r.Status == langsmith.StatusSuccess:
		traces := wording.Count(r.view.tree.Total, "trace")
		if r.view.tree.Total > 1 {
			traces += ", one per thread,"
		}
		fmt.Fprintf(b, "Job %s finished: %s in %s.\n", name, traces, r.countCategories())
	case r.Status.Failed():
		fmt.Fprintf(b, "Job %s failed: %s.\n", name, r.Reason())
	case r.view.Progress != "":
		fmt.Fprintf(b, "Job %s: %s\n", name, r.view.Progress)
	default:
		fmt.Fprintf(b, "Job %s is %s and has no report yet%s\n", name, r.State(), r.describeAge())
	}
	if r.Status == langsmith.StatusSuccess && r.Error != "" {
		fmt.Fprintf(b, "LangSmith notes: %s.\n", r.Reason())
	}
	if r.Scope != nil {
		fmt.Fprintf(b, "Scope: %s.\n", r.Scope)
	}
	for _, caution := range r.Caution {
		fmt.Fprintf(b, "Caution: %s\n", caution)
	}
	fmt.Fprintf(b, "session_id %s, job_id %s\n", r.SessionID, r.ID)
	if web := r.view.links.JobPattern(); web != "" {
		b.WriteString("Web: " + web + "\n")
	}
	if r.Status == langsmith.StatusSuccess {
		b.WriteString("Resource: " + tool.ReportResource + "\n")
	}
}

// countCategories returns the number of categories, and of those at the top.
func (r *Result) countCategories() string {
	all, top := len(r.view.tree.Nodes), len(r.view.tree.Roots)
	if top == all {
		return wording.Categories(all)
	}
	return fmt.Sprintf("%s, %s of them at the top level", wording.Categories(all), wording.Thousands(top))
}

// countBelow returns the number of categories below the one in view.
func (r *Result) countBelow() string {
	if n := *r.TotalClusters - 1; n > 0 {
		return wording.Categories(n) + " below it"
	}
	return "no categories below it"
}

// maxJobTime is the longest time that a report takes, by LangSmith's documentation.
const maxJobTime = 30 * time.Minute

// describeAge returns how long an unfinished job has run, and whether that is usual.
func (r *Result) describeAge() string {
	if r.CreatedAt.IsZero() {
		return ". Reports take up to 30 minutes."
	}
	age := r.view.now.Sub(r.CreatedAt.Time)
	if age > maxJobTime {
		return fmt.Sprintf(": it was started %s ago. Reports take up to 30 minutes, so it may never end; LangSmith's own page shows more.", wording.Duration(age))
	}
	return fmt.Sprintf(": it was started %s ago. Reports take up to 30 minutes.", wording.Duration(age))
}

// Text implements [tool.Result].
func (r *Report) Text() string {
	var b strings.Builder
	r.writeKeyPoints(&b)
	r.writeHighlighted(&b)
	return b.String()
}

func (r *Report) writeKeyPoints(b *strings.Builder) {
	if r.Title != "" {
		fmt.Fprintf(b, "\n> %s\n", markdown.Quote(r.Title, maxTitle))
	}
	if len(r.KeyPoints) > 0 {
		b.WriteString("\n")
	}
	for _, point := range r.KeyPoints {
		fmt.Fprintf(b, "- %s\n", markdown.Quote(point, len(point)))
	}
}

func (r *Report) writeHighlighted(b *strings.Builder) {
	if len(r.Highlighted) == 0 {
		return
	}
	b.WriteString("\nWorth opening" + r.describeLinks() + ":\n")
	for _, run := range r.Highlighted {
		fmt.Fprintf(b, "- run %s", wording.ID(run.RunID))
		if run.ClusterName != "" {
			fmt.Fprintf(b, " in %s", markdown.Quote(run.ClusterName, markdown.MaxName))
		}
		if run.Reason != "" {
			fmt.Fprintf(b, ": %s", markdown.Quote(run.Reason, len(run.Reason)))
		}
		b.WriteString("\n")
		if run.Summary != "" {
			fmt.Fprintf(b, "  summary: %s\n", markdown.Quote(run.Summary, len(run.Summary)))
		}
	}
}

// describeLinks returns the end of a run's URL, which begins like the report's.
func (r *Report) describeLinks() string {
	_, end, found := strings.Cut(r.links.RunPattern(), "{session_id}")
	if !found {
		return ""
	}
	return " (web: …/{session_id}" + end + ")"
}

// writeClusters writes the page as a table. Sorted by size it is a tree, since a parent
// comes before its children; in another order it is a ranking.
func (r *Result) writeClusters(b *strings.Builder) {
	if len(r.nodes) == 0 {
		return
	}
	nodes, depths := r.nodes, make([]int, len(r.nodes))
	if r.view.sortBy == report.ByRuns {
		nodes, depths = report.Outline(r.nodes)
	}
	place := make(map[*report.Node]int, len(r.nodes))
	for i, node := range r.nodes {
		place[node] = i
	}
	columns := []markdown.Column{{Title: "category"}, {Title: "traces", Right: true}, {Title: "share", Right: true}}
	stats := make([]map[string]any, len(r.Clusters))
	for i := range r.Clusters {
		stats[i] = r.Clusters[i].Stats
	}
	statColumns := StatColumns(stats)
	for _, column := range statColumns {
		columns = append(columns, column.Column)
	}
	table := markdown.NewTable(append(columns, markdown.Column{Title: "cluster_id"})...)
	for i, node := range nodes {
		shown := r.Clusters[place[node]]
		cells := []string{r.label(node, shown.Name, depths[i]), wording.Thousands(shown.NumRuns), wording.OrDash(shown.Share, wording.Percent)}
		for _, column := range statColumns {
			cells = append(cells, wording.OrDash(column.Value(shown.Stats), column.Write))
		}
		table.Row(append(cells, wording.ShortID(shown.ID))...)
	}
	fmt.Fprintf(b, "\n%s%s", r.describePage(), table)
	r.writeDescriptions(b)
}

// describePage returns which categories the page shows, and in what order. It is empty for
// all of them in their usual order.
func (r *Result) describePage() string {
	v := r.view
	whole := len(r.nodes) == len(v.nodes)
	if whole && v.sortBy == report.ByRuns {
		return ""
	}
	from, to, all := v.page.Offset+1, v.page.Offset+len(r.nodes), wording.Thousands(len(v.nodes))
	which := "All " + wording.Categories(len(v.nodes))
	switch {
	case from == to:
		which = fmt.Sprintf("Category %s of %s", wording.Thousands(from), all)
	case !whole:
		which = fmt.Sprintf("Categories %s to %s of %s", wording.Thousands(from), wording.Thousands(to), all)
	}
	return fmt.Sprintf("%s, %s first:\n\n", which, map[report.Order]string{
		report.ByRuns: "largest", report.ByErrorRate: "highest error rate", report.ByLatency: "slowest", report.ByCost: "most expensive",
	}[v.sortBy])
}

// label names a category: indented below a parent on the same page, else with the
// name of its parent.
func (r *Result) label(node *report.Node, name string, depth int) string {
	label := strings.Repeat("- ", min(depth, maxIndent)) + markdown.Quote(name, markdown.MaxName)
	if depth == 0 && node.Parent != nil && node != r.view.within {
		label += " in " + markdown.Quote(node.Parent.Name, min(r.chars, 40))
	}
	return label
}

const maxIndent = 6

func (r *Result) writeDescriptions(b *strings.Builder) {
	if !slices.ContainsFunc(r.Clusters, func(c Cluster) bool { return c.Description != "" }) {
		return
	}
	b.WriteString("\n")
	for _, shown := range r.Clusters {
		if shown.Description == "" {
			continue
		}
		fmt.Fprintf(b, "- %s: %s\n", markdown.Quote(shown.Name, markdown.MaxName), markdown.Quote(shown.Description, len(shown.Description)))
	}
}

// writeLeftOut writes what is left out or shortened, with the call that returns it.
func (r *Result) writeLeftOut(b *strings.Builder) {
	v := r.view
	var lines []string
	if r.NextOffset > 0 {
		left := wording.Count(len(v.nodes)-r.NextOffset, "smaller category", "smaller categories")
		if v.sortBy != report.ByRuns {
			left = wording.Categories(len(v.nodes)-r.NextOffset) + " further down"
		}
		lines = append(lines, left+" not shown: "+v.call(r.NextOffset, ""))
	}
	if v.page.Offset > 0 && len(r.Clusters) == 0 && len(v.nodes) > 0 {
		lines = append(lines, fmt.Sprintf("There are only %s; offset %d is past the last.", wording.Categories(len(v.nodes)), v.page.Offset))
	}
	if r.Report != nil && r.Report.LeftOut > 0 {
		lines = append(lines, fmt.Sprintf("%s not shown: %s", wording.Count(r.Report.LeftOut, "key point or highlighted trace", "key points or highlighted traces"), v.call(0, "detailed")))
	}
	if r.shortened {
		how := v.call(0, "detailed")
		if v.detail.description > 0 {
			how = wording.Call("get_insights_job", "cluster_id", "ID", "detail", "detailed", "limit", 1)
		}
		lines = append(lines, "Texts that end in … are shortened; longer: "+how)
	}
	if v.tree.Misplaced > 0 {
		lines = append(lines, wording.Count(v.tree.Misplaced, "category is", "categories are")+" at the top level although LangSmith names a parent: the parent is missing, or is a descendant.")
	}
	if v.hide && r.Report != nil {
		lines = append(lines, "Summaries of runs are hidden by this server's operator.")
	}
	if len(lines) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(lines, "\n"))
	}
}

// call returns the call of get_insights_job that shows this view from an offset on, or in
// more detail, with the session_id and job_id at the beginning of the text.
func (v *View) call(offset int, detail string) string {
	var cluster string
	if v.within != nil {
		cluster = wording.ShortID(v.within.ID)
	}
	if v.detail.description > 0 {
		detail = "detailed"
	}
	sortBy := v.sortBy
	if sortBy == report.ByRuns {
		sortBy = ""
	}
	return wording.Call("get_insights_job", "cluster_id", cluster, "detail", detail, "sort_by", sortBy, "limit", v.page.Limit, "offset", offset)
}

// longWait is a timeout_seconds that makes few calls of the half an hour a job may take.
const longWait = 300

// writeNext writes the next call.
func (r *Result) writeNext(b *strings.Builder) {
	call := r.Next.Text("session_id", "job_id")
	b.WriteString("\nNext: ")
	switch {
	case r.Status.Failed():
		fmt.Fprintf(b, "%s %s\n", call, r.describeRetry())
	case !r.Status.Done():
		if r.view.TimeoutSeconds < longWait {
			call += fmt.Sprintf(", or with timeout_seconds=%d if your client allows such long calls", longWait)
		}
		fmt.Fprintf(b, "%s; or look again in about %d s.\n", call, r.RetryAfterSeconds)
	case len(r.view.tree.Nodes) == 0:
		fmt.Fprintf(b, "the report has no categories. The window or the filter may have matched no traces: "+
			"see %s for when the project last had runs, and start another with a wider window (paid).\n", call)
	default:
		fmt.Fprintf(b, "%s: an example from the category with %s.", call, r.view.describeWorst())
		if !r.view.Alone {
			b.WriteString(" compare_insights_jobs: what changed since the previous report, if any.")
		}
		b.WriteString("\n")
	}
}

// next returns the suggested call: for the traces of a report, else for a report.
func (r *Result) next() *tool.Call {
	project, v := r.SessionID, r.view
	switch {
	case r.Status.Failed():
		return r.retry(project)
	case !r.Status.Done():
		return tool.NewCall("wait_for_insights_job", "session_id", project, "job_id", r.ID, "timeout_seconds", v.TimeoutSeconds)
	case len(v.tree.Nodes) == 0:
		return tool.NewCall("list_projects")
	}
	worst, failures := v.findWorst()
	call := []any{"session_id", project, "job_id", r.ID, "cluster_id", worst.ID}
	if failures > 0 {
		call = append(call, "status", "error")
	}
	return tool.NewCall("list_insights_runs", append(call, "limit", 1)...)
}

// findWorst returns the leaf category of the view with the most failed runs, and their number.
// If none failed it returns the largest category.
func (v *View) findWorst() (worst *report.Node, failures float64) {
	for _, node := range v.nodes {
		rate, _ := node.Stats.Number(langsmith.StatErrorRate)
		if failed := rate * float64(node.Runs); len(node.Children) == 0 && failed > failures {
			worst, failures = node, failed
		}
	}
	if worst == nil {
		worst = slices.MaxFunc(v.nodes, func(a, b *report.Node) int { return a.Runs - b.Runs })
	}
	return worst, failures
}

func (v *View) describeWorst() string {
	if _, failures := v.findWorst(); failures > 0 {
		return "most failures"
	}
	return "most traces"
}

// StatColumn is a statistic as a column of a table.
type StatColumn struct {
	markdown.Column
	Write func(float64) string // writes a value of the column
	key   string
}

// StatColumns returns a column for each main statistic that any category has.
func StatColumns(categories []map[string]any) []StatColumn {
	columns := []StatColumn{
		{markdown.Column{Title: "errors", Right: true}, wording.Percent, langsmith.StatErrorRate},
		{markdown.Column{Title: "latency p50", Right: true}, wording.Seconds, langsmith.StatLatencyP50},
		{markdown.Column{Title: "cost p50", Right: true}, wording.USD, langsmith.StatCostP50},
	}
	return slices.DeleteFunc(columns, func(c StatColumn) bool {
		return !slices.ContainsFunc(categories, func(stats map[string]any) bool { return c.Value(stats) != nil })
	})
}

// Value returns the column's statistic, nil if a category does not have it.
func (c StatColumn) Value(stats map[string]any) *float64 {
	value, ok := stats[c.key].(float64)
	if !ok {
		return nil
	}
	return &value
}
