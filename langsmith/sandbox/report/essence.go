package report

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// The parts of a run that a summary prompt can name.
const (
	partInputs   = "run.inputs"
	partOutputs  = "run.outputs"
	partError    = "run.error"
	partFeedback = "run.feedback"
	partThread   = "all_thread_messages"
)

// maxEssence bounds what is compared of a run, in bytes. Its end may cut a word.
const maxEssence = 50_000

// tagWeight is how many times over a tag counts: it was chosen, not just said.
const tagWeight = 3

// essence is the text by which a run is compared with others: what its user said,
// its title and tags; or the parts that a summary prompt names.
func essence(r *trace.Run, parts []string) string {
	if len(parts) == 0 {
		parts = []string{partInputs}
	}
	var said []string
	for _, part := range parts {
		switch part {
		case partInputs:
			said = append(said, r.UserText())
		case partOutputs:
			said = append(said, lastWords(r))
		case partError:
			said = append(said, bareError(r.Error))
		case partFeedback:
			said = append(said, rating(r))
		case partThread:
			for _, m := range r.Messages() {
				said = append(said, m.Content)
			}
			if len(r.Messages()) == 0 {
				said = append(said, trace.Text(r.Inputs), trace.Text(r.Outputs))
			}
		}
	}
	if slices.Contains(parts, partInputs) || slices.Contains(parts, partThread) {
		said = append(said, title(r), strings.Repeat(strings.Join(r.Tags, " ")+" ", tagWeight))
	}
	text := strings.Join(said, "\n")
	return text[:min(len(text), maxEssence)]
}

// title is what the agent itself headed the conversation with, if it did.
func title(r *trace.Run) string {
	for _, held := range []map[string]any{r.Metadata, r.Outputs} {
		if text, ok := held["title"].(string); ok {
			return trace.Preview(text, maxName)
		}
	}
	return ""
}

// lastWords are the agent's last message, or all that its outputs say.
func lastWords(r *trace.Run) string {
	messages := r.Messages()
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == "assistant" {
			return messages[i].Content
		}
	}
	return trace.Text(r.Outputs)
}

// bareError is the first line of an error, without the exception's class.
func bareError(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	class, rest, found := strings.Cut(line, ": ")
	if found && !strings.Contains(class, " ") {
		line = rest
	}
	return strings.TrimSpace(line)
}

func rating(r *trace.Run) string {
	var words []string
	for _, key := range feedbackKeys(r) {
		verdict := "good"
		if r.Feedback[key] < 0.5 {
			verdict = "bad"
		}
		words = append(words, verdict+"-"+key)
	}
	return strings.Join(words, " ")
}

// summaryRunes is how much of the user's words a summary quotes.
const summaryRunes = 140

// summary tells a run in a line: what was asked, and how it went.
func summary(r *trace.Run) string {
	asked := r.UserText()
	if first, _, more := strings.Cut(asked, "\n"); more {
		asked = first
	}
	text := trace.Preview(asked, summaryRunes)
	if head := title(r); head != "" {
		text = head + ": " + quoted(text)
	}
	if text == "" {
		text = r.Name
	}
	text = strings.TrimRight(text, ". ")
	switch n := repeats(r); {
	case r.Error != "":
		text += ". Ended in an error: " + trace.Preview(bareError(r.Error), summaryRunes)
	case n > 1:
		text += fmt.Sprintf(". The agent asked the same question %d times", n)
	case len(r.Outputs) == 0:
		text += ". No answer was recorded"
	default:
		text += ". Answered"
	}
	return text + "."
}

// repeats is how often the agent sent the message that it sent most often.
func repeats(r *trace.Run) int {
	sent := make(map[string]int)
	most := 0
	for _, m := range r.Messages() {
		if m.Role == "assistant" {
			sent[m.Content]++
			most = max(most, sent[m.Content])
		}
	}
	return most
}
