package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/markdown"
)

// Text implements Result.
func (r *listInsightsRunsResult) Text() string {
	var b strings.Builder
	v := r.view
	if len(r.Runs) == 0 {
		b.WriteString(r.emptyText())
		return b.String()
	}
	fmt.Fprintf(&b, "%s %s of %s.\n", r.span(), r.of(), projectLabel(v.project))
	shortened := false
	for i := range r.Runs {
		shortened = r.writeRun(&b, &r.Runs[i], v.runs[i]) || shortened
	}
	b.WriteString("\n")
	if shortened {
		fmt.Fprintf(&b, "Inputs and outputs are shortened to %s characters each: get_run with a run_id shows one at length.\n", thousands(r.chars))
	}
	if v.hide {
		b.WriteString("Inputs, outputs and summaries are hidden by this server's operator.\n")
	}
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "More: %s\n", r.call(r.NextOffset))
	}
	b.WriteString("Next: get_run with a run_id from above.\n")
	return b.String()
}

// span says which traces of how many are shown.
func (r *listInsightsRunsResult) span() string {
	from, to := r.view.args.Offset+1, r.view.args.Offset+len(r.Runs)
	text := "Traces " + thousands(from) + " to " + thousands(to)
	if from == to {
		text = "Trace " + thousands(from)
	}
	if r.Cluster != nil && r.Cluster.NumRuns != nil {
		text += " of " + thousands(*r.Cluster.NumRuns)
	}
	return text
}

func (r *listInsightsRunsResult) of() string {
	if r.Cluster != nil {
		return fmt.Sprintf("in category %s of job %s", markdown.Quote(r.Cluster.Name, longestName), r.view.args.JobID)
	}
	return fmt.Sprintf("of job %s", r.view.args.JobID)
}

func (r *listInsightsRunsResult) emptyText() string {
	v := r.view
	switch {
	case v.args.Offset > 0:
		return fmt.Sprintf("There are no traces from offset %d on.\n", v.args.Offset)
	case v.status.Failed():
		return fmt.Sprintf("Job %s failed, so it has no traces to show. get_insights_job says why.\n", v.args.JobID)
	case !v.status.Done():
		return fmt.Sprintf("Job %s is not finished, so it has no traces to show yet. Next: wait_for_insights_job.\n", v.args.JobID)
	case r.Cluster != nil:
		return fmt.Sprintf("LangSmith lists no trace in category %s. Traces are kept for a limited time; those that this report read may be gone.\n", markdown.Quote(r.Cluster.Name, longestName))
	}
	return fmt.Sprintf("LangSmith lists no trace of job %s. The window or the filter may have matched none, or they are past their retention.\n", v.args.JobID)
}

// writeRun writes one run, and says whether anything of it was shortened.
func (r *listInsightsRunsResult) writeRun(b *strings.Builder, listed *listedRun, read readRun) (shortened bool) {
	fmt.Fprintf(b, "\nRun %s", listed.ID)
	if listed.Name != "" {
		fmt.Fprintf(b, " %s", markdown.Quote(listed.Name, longestName))
	}
	if listed.Status != "" {
		fmt.Fprintf(b, ", %s", markdown.Word(listed.Status, longestStatus))
	}
	if !listed.StartTime.IsZero() {
		fmt.Fprintf(b, ", %s UTC", minute(listed.StartTime))
	}
	b.WriteString("\n")
	if listed.URL != "" {
		b.WriteString(listed.URL + "\n")
	}
	if listed.Summary != "" {
		fmt.Fprintf(b, "summary: %s\n", markdown.Quote(listed.Summary, longestText))
	}
	if listed.Error != "" {
		fmt.Fprintf(b, "error: %s\n", markdown.Quote(listed.Error, longestText))
	}
	if len(listed.Attributes) > 0 {
		fmt.Fprintf(b, "attributes: %s\n", attributesText(listed.Attributes))
	}
	if listed.Inputs != nil {
		shortened = writeContent(b, "inputs", read.inputs, r.chars)
	}
	if listed.Outputs != nil {
		shortened = writeContent(b, "outputs", read.outputs, r.chars) || shortened
	}
	return shortened
}

// writeContent writes what went in or came out as a block of data, and says
// whether it was shortened.
func writeContent(b *strings.Builder, label string, value content, chars int) (shortened bool) {
	fmt.Fprintf(b, "%s:\n%s\n", label, value.block(chars))
	_, whole := value.structured(chars)
	return !whole
}

func attributesText(attributes map[string]json.RawMessage) string {
	parts := make([]string, 0, len(attributes))
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := string(attributes[name])
		switch value[0] {
		case '"', '{', '[':
			var text string
			if json.Unmarshal(attributes[name], &text) != nil {
				text = value
			}
			value = markdown.Quote(text, longestText)
		}
		parts = append(parts, markdown.Quote(name, longestName)+" "+value)
	}
	return strings.Join(parts, ", ")
}

func (r *listInsightsRunsResult) call(offset int) string {
	args := r.view.args
	values := []any{"session_id", r.view.project.ID, "job_id", args.JobID}
	if args.ClusterID != uuid.Nil {
		values = append(values, "cluster_id", args.ClusterID)
	}
	if args.SortKey != "" {
		values = append(values, "attribute_sort_key", compact(args.SortKey))
	}
	if args.SortOrder != "" {
		values = append(values, "attribute_sort_order", args.SortOrder)
	}
	if args.MaxChars > 0 {
		values = append(values, "max_chars", args.MaxChars)
	}
	if args.Limit > 0 {
		values = append(values, "limit", args.Limit)
	}
	return call("list_insights_runs", append(values, "offset", offset)...)
}
