package start

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cbroglie/mustache"
	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// maxPrompt bounds a prompt that is shown, in bytes.
const maxPrompt = 2_000

// describePrompt says what a summary prompt becomes for a trace.
func describePrompt(ctx context.Context, env *tool.Env, project, trace uuid.UUID, template string) string {
	if env.Policy.HideRunContent {
		return "What the summary prompt becomes for a trace is hidden by this server's operator."
	}
	run, err := env.LangSmith.GetRun(ctx, project, trace)
	if err != nil {
		return "What the summary prompt becomes for a trace could not be read: " + advice.Cause(err) + "."
	}
	prompt, err := renderPrompt(template, run)
	if err != nil {
		return "The summary prompt cannot be shown for a trace: " + markdown.Line(err.Error(), 200) + "."
	}
	shown, _ := markdown.Shorten(prompt, maxPrompt)
	text := fmt.Sprintf("For trace %s the summary prompt becomes about this:\n%s", trace, markdown.Block(shown))
	if strings.Contains(template, "all_thread_messages") || strings.Contains(template, "run.feedback") {
		text += "\nFeedback and the messages of a thread are left out here."
	}
	return text
}

// renderPrompt fills in the beginning of a summary prompt with a run. How LangSmith
// writes an object is not documented; here it is JSON. Sections, which LangSmith does not
// take, are refused: nested ones grow without bound.
func renderPrompt(template string, run *langsmith.Run) (string, error) {
	// Without partials of its own the library reads them from files.
	parsed, err := mustache.ParseStringPartialsRaw(template, &mustache.StaticProvider{}, true)
	if err != nil {
		return "", fmt.Errorf("it is no mustache template: %w", err)
	}
	for _, tag := range parsed.Tags() {
		if tag.Type() != mustache.Variable {
			return "", errors.New("it holds more than variables")
		}
	}
	var prompt beginning
	err = parsed.FRender(&prompt, object{"run": object{"inputs": decodeVariable(run.Inputs), "outputs": decodeVariable(run.Outputs), "error": run.Error}})
	if err != nil && !errors.Is(err, errEnough) {
		return "", err
	}
	return string(prompt.text), nil
}

// beginning keeps a little more of what is written to it than is shown.
type beginning struct{ text []byte }

// errEnough ends the writing.
var errEnough = errors.New("enough is written")

// Write implements io.Writer.
func (b *beginning) Write(data []byte) (int, error) {
	if len(b.text) > maxPrompt {
		return 0, errEnough
	}
	b.text = append(b.text, data[:min(len(data), maxPrompt+1-len(b.text))]...)
	return len(data), nil
}

// object is a value of a template whose fields can be named and that is written whole
// as JSON. Its keys are strings, and its one method takes nothing: the library recovers
// from a panic over anything else, and tells so on stdout.
type object map[string]any

func (o object) String() string { return writeJSON(o) }

// list is a list of such values.
type list []any

func (l list) String() string { return writeJSON(l) }

func writeJSON(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// decodeVariable reads the JSON of a run's inputs or outputs for a template.
func decodeVariable(raw json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return ""
	}
	return templateValue(value)
}

// templateValue wraps objects and lists, at any depth. A null is written as nothing.
func templateValue(value any) any {
	switch value := value.(type) {
	case nil:
		return ""
	case map[string]any:
		wrapped := object{}
		for name := range value {
			wrapped[name] = templateValue(value[name])
		}
		return wrapped
	case []any:
		wrapped := make(list, len(value))
		for i := range value {
			wrapped[i] = templateValue(value[i])
		}
		return wrapped
	}
	return value
}
