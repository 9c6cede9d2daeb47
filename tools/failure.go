package tools

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// Refusal is an error in a tool's own words: what failed and what to do next.
type Refusal struct {
	Text     string
	NotFound bool // what was asked for is not there
}

func (r *Refusal) Error() string { return r.Text }

func refuse(format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...)}
}

// refuseMissing refuses a call for something that is not there.
func refuseMissing(format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...), NotFound: true}
}

// saysMissing reports whether an error says that what was asked for is not there.
func saysMissing(err error) bool {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.NotFound
	}
	return notFound(err)
}

// advise turns an error into what an agent needs: what failed, what LangSmith
// said, and what to do next. It is the one place where that is done.
func (e *Env) advise(tool Declaration, err error) string {
	var arguments *ArgumentError
	var refusal *Refusal
	var api *langsmith.Error
	var text string
	switch {
	case errors.As(err, &arguments):
		return adviseArguments(tool, arguments)
	case errors.As(err, &refusal):
		return refusal.Text
	case errors.Is(err, langsmith.ErrNoCredentials):
		text = "No LangSmith credentials are configured. Set LANGSMITH_API_KEY (or LANGSMITH_API_KEY_FILE) in this server's environment, " +
			"or, over HTTP, send an X-API-Key header. Keys are made in LangSmith under Settings, API Keys."
	case errors.As(err, &api):
		text = e.adviseAPI(api)
	case errors.Is(err, context.DeadlineExceeded):
		text = "The call ran out of time before LangSmith answered. Call again."
	default:
		text = "Failed: " + markdown.Line(err.Error(), longestCause)
	}
	if tool.Effect != Reads {
		text += "\n" + consequence(tool, api)
	}
	return text
}

// longestCause bounds the words of an error that is nobody's own, in characters.
const longestCause = 500

// consequence says what a failed call that writes has done, or may have.
func consequence(tool Declaration, err *langsmith.Error) string {
	done := map[Effect]string{Writes: "changed", Spends: "started or spent", Destroys: "deleted"}[tool.Effect]
	switch {
	case err == nil || err.Unprocessed || err.Method == http.MethodGet:
		return "Nothing was " + done + "."
	case tool.Repeatable:
		return "Whether anything was " + done + " is not known; calling again does no harm."
	}
	return "Whether anything was " + done + " is not known: look before you call again."
}

func adviseArguments(tool Declaration, err *ArgumentError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was not called: its arguments need a change.\n", tool.Name)
	for _, problem := range err.Problems {
		fmt.Fprintf(&b, "- %s\n", problem.Error())
	}
	if !err.Asked {
		b.WriteString("Nothing was sent to LangSmith.")
	}
	return strings.TrimRight(b.String(), "\n")
}
