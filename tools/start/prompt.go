package start

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// maxPrompt is the maximum length of a shown prompt, in bytes.
const maxPrompt = 2_000

// describePrompt describes a summary prompt as rendered for a trace. If it cannot be
// rendered, the problem is the description.
func describePrompt(ctx context.Context, env *tool.Env, project, trace uuid.UUID, template string) (text, problem string) {
	if env.Policy.HideRunContent {
		return "The rendered summary prompt is hidden by this server's operator.", ""
	}
	run, err := env.LangSmith.GetRun(ctx, project, trace)
	if err != nil {
		return "The summary prompt could not be rendered for a trace: " + env.Audience.Cause(err) + ".", ""
	}
	prompt, err := renderPrompt(template, run)
	if err != nil {
		problem = "The summary prompt cannot be rendered: " + markdown.Line(err.Error(), 200) + "."
		return problem, problem
	}
	shown, _ := markdown.Shorten(prompt, maxPrompt)
	text = fmt.Sprintf("The summary prompt for trace %s, approximately:\n%s", trace, markdown.Block(shown))
	if strings.Contains(template, threadVariable) || strings.Contains(template, feedbackVariable) {
		text += "\n[" + threadVariable + "] and [" + feedbackVariable + "] stand for text that LangSmith fills in."
	}
	return text, ""
}

// renderPrompt renders the beginning of a summary prompt with a run. How LangSmith writes
// an object is not documented; here it is JSON. Anything but variables is refused:
// LangSmith does not accept it, and nested sections grow without bound.
//
// Mustache libraries also look variables up among the methods of values. The linker keeps
// all methods of a program that may call any, which would make this one half as large
// again.
func renderPrompt(template string, run *langsmith.Run) (string, error) {
	variables := map[string]any{"run": map[string]any{"inputs": decodeVariable(run.Inputs), "outputs": decodeVariable(run.Outputs), "error": run.Error}}
	var prompt strings.Builder
	begin, end, sections := "{{", "}}", false
	for rest := template; ; {
		text, following, found := strings.Cut(rest, begin)
		if prompt.Len() <= maxPrompt {
			prompt.WriteString(text)
		}
		switch {
		case !found && sections:
			return "", errors.New("it has more than variables")
		case !found:
			return prompt.String()[:min(prompt.Len(), maxPrompt+1)], nil
		}
		closing := end
		if begin == "{{" && strings.HasPrefix(following, "{") {
			following, closing = following[1:], "}"+end
		}
		tag, after, closed := strings.Cut(following, closing)
		if !closed {
			line := 1 + strings.Count(template[:len(template)-len(rest)+len(text)], "\n")
			return "", fmt.Errorf("it is not a mustache template: line %d: unmatched open tag", line)
		}
		rest, tag = after, strings.TrimSpace(tag)
		switch {
		case strings.HasPrefix(tag, "!"): // a comment
		case strings.HasPrefix(tag, "="):
			delimiters := strings.Fields(strings.Trim(tag, "="))
			if len(delimiters) != 2 {
				return "", errors.New("it is not a mustache template: delimiters are two")
			}
			begin, end = delimiters[0], delimiters[1]
		case tag == "" || strings.ContainsAny(tag[:1], "#^/>"):
			sections = true
		case prompt.Len() <= maxPrompt:
			writeVariable(&prompt, variables, strings.TrimSpace(strings.TrimPrefix(tag, "&")))
		}
	}
}

// The variables that a run alone does not fill in.
const (
	threadVariable   = "all_thread_messages"
	feedbackVariable = "run.feedback"
)

// writeVariable writes the value at a path such as run.inputs.messages: a text unchanged,
// anything else as JSON, and nothing for null or a missing value. What a run does not fill in
// is written as its name in brackets.
func writeVariable(prompt *strings.Builder, value any, path string) {
	if path == threadVariable || path == feedbackVariable || strings.HasPrefix(path, feedbackVariable+".") {
		prompt.WriteString("[" + path + "]")
		return
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	switch value := value.(type) {
	case nil:
	case string:
		prompt.WriteString(value)
	default:
		prompt.WriteString(writeJSON(value))
	}
}

func writeJSON(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// decodeVariable decodes the JSON of a run's inputs or outputs, nil if it is invalid.
func decodeVariable(raw json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}
