package runs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Text implements Result.
func (r *List) Text() string {
	var b strings.Builder
	v := r.view
	if len(r.Runs) == 0 {
		b.WriteString(r.emptyText())
		return b.String()
	}
	fmt.Fprintf(&b, "%s %s of %s.\n", r.span(), r.of(), tool.ProjectLabel(v.Project))
	shortened := false
	for i := range r.Runs {
		shortened = r.writeRun(&b, &r.Runs[i], v.runs[i]) || shortened
	}
	b.WriteString("\n")
	if shortened {
		fmt.Fprintf(&b, "Inputs and outputs are shortened to %s characters each: get_run with a run_id shows one at length.\n", wording.Thousands(r.chars))
	}
	if v.Hide {
		b.WriteString("Inputs, outputs and summaries are hidden by this server's operator.\n")
	}
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "More: %s\n", v.Next(r.NextOffset))
	}
	b.WriteString("Next: get_run with a run_id from above.\n")
	return b.String()
}

// span says which traces of how many are shown.
func (r *List) span() string {
	from, to := r.view.Page.Offset+1, r.view.Page.Offset+len(r.Runs)
	text := "Traces " + wording.Thousands(from) + " to " + wording.Thousands(to)
	if from == to {
		text = "Trace " + wording.Thousands(from)
	}
	if r.Cluster != nil && r.Cluster.NumRuns != nil && !r.view.Selected {
		text += " of " + wording.Thousands(*r.Cluster.NumRuns)
	}
	return text
}

func (r *List) of() string {
	if r.Cluster != nil {
		return fmt.Sprintf("in category %s of job %s", markdown.Quote(r.Cluster.Name, markdown.MaxName), r.view.JobID)
	}
	return fmt.Sprintf("of job %s", r.view.JobID)
}

func (r *List) emptyText() string {
	v := r.view
	switch {
	case v.Page.Offset > 0:
		return fmt.Sprintf("There are no traces from offset %d on.\n", v.Page.Offset)
	case v.Status.Failed():
		return fmt.Sprintf("Job %s failed, so it has no traces to show. get_insights_job says why.\n", v.JobID)
	case !v.Status.Done():
		return fmt.Sprintf("Job %s is not finished, so it has no traces to show yet. Next: wait_for_insights_job.\n", v.JobID)
	case v.Selected:
		return "LangSmith holds no trace " + r.of() + " that the call asks for.\n"
	case r.Cluster != nil:
		return fmt.Sprintf("LangSmith lists no trace in category %s. Traces are kept for a limited time; those that this report read may be gone.\n", markdown.Quote(r.Cluster.Name, markdown.MaxName))
	}
	return fmt.Sprintf("LangSmith lists no trace of job %s. The window or the filter may have matched none, or they are past their retention.\n", v.JobID)
}

// writeRun writes one run, and says whether anything of it was shortened.
func (r *List) writeRun(b *strings.Builder, listed *Run, read readRun) (shortened bool) {
	fmt.Fprintf(b, "\nRun %s", wording.ID(listed.ID))
	if listed.Name != "" {
		fmt.Fprintf(b, " %s", markdown.Quote(listed.Name, markdown.MaxName))
	}
	if listed.Status != "" {
		fmt.Fprintf(b, ", %s", markdown.Word(listed.Status, markdown.MaxWord))
	}
	if !listed.StartTime.IsZero() {
		fmt.Fprintf(b, ", %s UTC", wording.Minute(listed.StartTime))
	}
	b.WriteString("\n")
	if listed.URL != "" {
		b.WriteString(listed.URL + "\n")
	}
	if listed.Summary != "" {
		fmt.Fprintf(b, "summary: %s\n", markdown.Quote(listed.Summary, tool.LargestBudget))
	}
	if listed.Error != "" {
		fmt.Fprintf(b, "error: %s\n", markdown.Quote(listed.Error, tool.LargestBudget))
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
func writeContent(b *strings.Builder, label string, value Content, chars int) (shortened bool) {
	fmt.Fprintf(b, "%s:\n%s\n", label, value.Block(chars))
	_, whole := value.Structured(chars)
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
			value = markdown.Quote(text, tool.LargestBudget)
		}
		parts = append(parts, markdown.Quote(name, markdown.MaxName)+" "+value)
	}
	return strings.Join(parts, ", ")
}
