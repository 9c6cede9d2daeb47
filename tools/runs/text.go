package runs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// Text implements [tool.Result].
func (l *List) Text() string {
	var b strings.Builder
	v := l.view
	if len(l.Runs) == 0 {
		return l.explainEmpty()
	}
	fmt.Fprintf(&b, "%s %s.\nsession_id %s", l.describePage(), l.describeSource(), v.Project.ID)
	if v.ShowJobID {
		fmt.Fprintf(&b, ", job_id %s", v.JobID)
	}
	b.WriteString("\n")
	if web := v.Links.RunPattern(); web != "" {
		b.WriteString("Web: " + web + "\n")
	}
	shortened := false
	for i := range l.Runs {
		shortened = l.writeRun(&b, &l.Runs[i], v.runs[i]) || shortened
	}
	b.WriteString("\n")
	if shortened {
		fmt.Fprintf(&b, "Inputs and outputs are shortened to %s each: get_run with a run_id shows one at length.\n", wording.Count(l.chars, "character"))
	}
	if note := l.describeSortKey(); note != "" {
		b.WriteString(note + "\n")
	}
	if most := l.findLongestContent(); v.MaxChars.MaxChars > most && most > 0 {
		b.WriteString("The list has only LangSmith's previews of inputs and outputs, whatever max_chars: get_run shows a run at length.\n")
	}
	if v.HideContent {
		b.WriteString("Inputs, outputs and summaries are hidden by this server's operator.\n")
	}
	if l.NextOffset > 0 {
		fmt.Fprintf(&b, "More: the same call with offset=%d.\n", l.NextOffset)
	}
	b.WriteString("Next: get_run with this session_id and a run's id, such as the first.\n")
	return b.String()
}

// describeSortKey warns if no run of the page has the attribute that sorts the list:
// LangSmith does not.
func (l *List) describeSortKey() string {
	key := l.view.SortKey
	if key == "" {
		return ""
	}
	known := map[string]bool{}
	for i := range l.Runs {
		for name := range l.Runs[i].Attributes {
			known[name] = true
		}
	}
	quoted := markdown.Quote(key, markdown.MaxName)
	switch {
	case known[key]:
		return ""
	case len(known) == 0:
		return fmt.Sprintf("No run here has the attribute %s, or any other: the order is LangSmith's own.", quoted)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		names = append(names, markdown.Quote(name, markdown.MaxName))
	}
	return fmt.Sprintf("No run here has the attribute %s: the order is LangSmith's own. They have %s.", quoted, strings.Join(names, ", "))
}

// findLongestContent returns the length of the longest shown inputs or outputs, in characters.
func (l *List) findLongestContent() int {
	longest := 0
	for i := range l.Runs {
		for _, content := range []json.RawMessage{l.Runs[i].Inputs, l.Runs[i].Outputs} {
			longest = max(longest, utf8.RuneCount(content))
		}
	}
	return longest
}

// describePage returns which traces of how many are shown.
func (l *List) describePage() string {
	from, to := l.view.Page.Offset+1, l.view.Page.Offset+len(l.Runs)
	text := "Traces " + wording.Thousands(from) + " to " + wording.Thousands(to)
	if from == to {
		text = "Trace " + wording.Thousands(from)
	}
	switch {
	case l.Total > 0:
		text += " of " + wording.Thousands(l.Total)
	case l.Cluster != nil && l.Cluster.NumRuns != nil && l.view.SelectedRuns == nil:
		text += " of " + wording.Thousands(*l.Cluster.NumRuns)
	case l.Cluster == nil && from == 1 && to == 1:
		text = "The first trace"
	}
	return text
}

// describeSource returns what the traces are of, and which status was asked for.
func (l *List) describeSource() string {
	source := "of the job"
	if l.Cluster != nil {
		source = "in category " + markdown.Quote(l.Cluster.Name, markdown.MaxName)
	}
	if status := l.view.Selection.Status; status != "" {
		source += " with status " + status
	}
	return source
}

// explainEmpty returns why there are no traces.
func (l *List) explainEmpty() string {
	v := l.view
	switch {
	case v.Page.Offset > 0:
		text := fmt.Sprintf("There are no traces from offset %d on", v.Page.Offset)
		if v.SelectedRuns != nil {
			text += fmt.Sprintf(": %s in all", wording.Thousands(v.SelectedRuns.Total))
		}
		return text + ".\n"
	case v.status.Failed():
		return fmt.Sprintf("Job %s failed, so it has no traces to show. get_insights_job says why.\n", v.JobID)
	case !v.status.Done():
		return fmt.Sprintf("Job %s is not finished, so it has no traces to show yet. Next: wait_for_insights_job.\n", v.JobID)
	case l.hasOtherStatus():
		return fmt.Sprintf("No trace %s (%s in all; job_id %s).\nNext: %s: those of any status.\n", l.describeSource(), wording.Thousands(v.SelectedRuns.Of), v.JobID, l.Next.Text("job_id"))
	case l.Cluster != nil:
		return fmt.Sprintf("LangSmith lists no trace in category %s. Traces are kept for a limited time; those that this report read may be gone.\n", markdown.Quote(l.Cluster.Name, markdown.MaxName))
	}
	return fmt.Sprintf("LangSmith lists no trace of job %s. The window or the filter may have matched none, or they are past their retention.\n", v.JobID)
}

// writeRun writes one run, and reports whether its inputs or outputs were shortened.
func (l *List) writeRun(b *strings.Builder, run *Run, decoded decodedRun) (shortened bool) {
	fmt.Fprintf(b, "\nRun %s", wording.ID(run.ID))
	if run.Name != "" {
		fmt.Fprintf(b, " %s", markdown.Quote(run.Name, markdown.MaxName))
	}
	if run.Status != "" {
		fmt.Fprintf(b, ", %s", markdown.Word(run.Status, markdown.MaxWord))
	}
	if !run.StartTime.IsZero() {
		fmt.Fprintf(b, ", %s UTC", wording.Minute(run.StartTime))
	}
	if run.ThreadID != "" {
		fmt.Fprintf(b, ", thread_id %s", markdown.Quote(run.ThreadID, markdown.MaxName))
	}
	if run.Latency != nil {
		fmt.Fprintf(b, ", took %s", wording.Seconds(*run.Latency))
	}
	if run.TotalCost != nil {
		fmt.Fprintf(b, ", cost %s", wording.USD(*run.TotalCost))
	}
	b.WriteString("\n")
	if run.Summary != "" {
		fmt.Fprintf(b, "summary: %s\n", markdown.Quote(run.Summary, len(run.Summary)))
	}
	if run.Error != "" {
		fmt.Fprintf(b, "error: %s\n", markdown.Quote(run.Error, len(run.Error)))
	}
	if len(run.Attributes) > 0 {
		fmt.Fprintf(b, "attributes: %s\n", formatAttributes(run.Attributes))
	}
	if run.Inputs != nil {
		shortened = writeContent(b, "inputs", decoded.inputs, l.chars)
	}
	if run.Outputs != nil {
		shortened = writeContent(b, "outputs", decoded.newOutputs, l.chars) || shortened
	}
	return shortened
}

// writeContent writes inputs or outputs as data, and reports whether they were
// shortened.
func writeContent(b *strings.Builder, label string, value Content, chars int) (shortened bool) {
	fmt.Fprintf(b, "%s:\n%s\n", label, value.Block(chars))
	_, whole := value.Structured(chars)
	return !whole
}

func formatAttributes(attributes map[string]json.RawMessage) string {
	parts := make([]string, 0, len(attributes))
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := string(attributes[name])
		switch value[0] {
		case '"', '{', '[':
			var text string
			if json.Unmarshal(attributes[name], &text) != nil {
				text = value
			}
			value = markdown.Quote(text, len(text))
		}
		parts = append(parts, markdown.Quote(name, markdown.MaxName)+" "+value)
	}
	return strings.Join(parts, ", ")
}
