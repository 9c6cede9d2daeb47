package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// The maximum lengths of texts, in runes.
const (
	maxName    = 80
	maxPhrase  = 60
	maxSummary = 140
)

// maxCompared bounds the text of comparedText, in bytes.
const maxCompared = 50_000

// comparedText returns the text by which runs are compared: the parts that a summary
// prompt names, by default what the user said. It adds the run's title, and its tags
// three times, since a tag says more than a word.
func comparedText(r *trace.Run, parts []string) string {
	if len(parts) == 0 {
		parts = []string{"run.inputs"}
	}
	labels := title(r) + strings.Repeat("\n"+strings.Join(r.Tags, " "), 3)
	var said []string
	for _, part := range parts {
		switch part {
		case "run.inputs":
			said = append(said, r.UserText(), labels)
		case "run.outputs":
			said = append(said, trace.Text(r.Outputs))
		case "run.error":
			said = append(said, r.Error)
		case "run.feedback":
			for _, key := range slices.Sorted(maps.Keys(r.Feedback)) {
				said = append(said, fmt.Sprintf("%s-%t", key, r.Feedback[key] >= 0.5))
			}
		case "all_thread_messages":
			said = append(said, trace.Text(r.Inputs), trace.Text(r.Outputs), labels)
		}
	}
	text := strings.Join(said, "\n")
	return text[:min(len(text), maxCompared)]
}

// title returns the agent's title of the conversation, if there is one.
func title(r *trace.Run) string {
	text, _ := r.Metadata["title"].(string)
	return trace.Preview(text, maxName)
}

// errorMessage returns the first line of a run's error without the exception's class.
func errorMessage(r *trace.Run) string {
	line, _, _ := strings.Cut(r.Error, "\n")
	if class, rest, found := strings.Cut(line, ": "); found && !strings.Contains(class, " ") {
		line = rest
	}
	return trace.Preview(line, maxPhrase)
}

// openingLine returns the first line of what the user said.
func openingLine(r *trace.Run) string {
	line, _, _ := strings.Cut(r.UserText(), "\n")
	return trace.Preview(line, maxSummary)
}

// summarize describes a run in one line: the user's request and the outcome.
func summarize(r *trace.Run) string {
	text := openingLine(r)
	if head := title(r); head != "" {
		text = head + ": " + quote(text)
	}
	if text == "" {
		text = r.Name
	}
	text = strings.TrimRight(text, ". ")
	switch n := countRepeats(r); {
	case r.Error != "":
		return text + ". Ended in an error: " + errorMessage(r) + "."
	case n > 1:
		return fmt.Sprintf("%s. The agent asked the same question %d times.", text, n)
	case len(r.Outputs) == 0:
		return text + ". No answer was recorded."
	}
	return text + ". Answered."
}

// countRepeats returns how often the agent sent its most frequent message.
func countRepeats(r *trace.Run) int {
	_, times := countMostSent(r)
	return times
}

// findMostRepeated returns the agent's most frequent message.
func findMostRepeated(r *trace.Run) string {
	message, _ := countMostSent(r)
	return message
}

func countMostSent(r *trace.Run) (message string, times int) {
	sent := make(map[string]int)
	for _, m := range r.Messages() {
		if m.Role != "assistant" {
			continue
		}
		sent[m.Content]++
		if sent[m.Content] > times {
			message, times = m.Content, sent[m.Content]
		}
	}
	return message, times
}

// quoteGist quotes the first words of a text's longest clause, which is no greeting.
func quoteGist(text string) string {
	const maxQuote = 32
	short := trace.Preview(findLongestClause(text), maxQuote)
	if rest, cut := strings.CutSuffix(short, "…"); cut {
		if last := strings.LastIndex(rest, " "); last > 0 {
			short = rest[:last] + "…"
		}
	}
	return quote(strings.TrimSpace(short))
}

// quote adds typographic quotes, which JSON does not escape.
func quote(text string) string { return "“" + text + "”" }

// formatShare formats a share as 3 of 12 (25 %).
func formatShare(part, whole int) string {
	return fmt.Sprintf("%d of %d (%.0f %%)", part, whole, 100*float64(part)/float64(whole))
}

func formatCount(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
