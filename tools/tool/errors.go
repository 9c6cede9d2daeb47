package tool

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

func IsNotFound(err error) bool {
	var api *langsmith.Error
	return errors.As(err, &api) && api.Status == http.StatusNotFound
}

// Refusal is an error in a tool's own words: what failed and what to do next.
type Refusal struct {
	Text     string
	NotFound bool // what was asked for is not there
}

func (r *Refusal) Error() string { return r.Text }

func Refuse(format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...)}
}

// RefuseMissing refuses a call for something that is not there.
func RefuseMissing(format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...), NotFound: true}
}

// saysMissing reports whether an error says that what was asked for is not there.
func saysMissing(err error) bool {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.NotFound
	}
	return IsNotFound(err)
}

// Explain turns an error into what an agent needs: what failed, what LangSmith
// said, and what to do next. It is the one place where that is done.
func (e *Env) Explain(tool Declaration, err error) string {
	var arguments *ArgumentError
	var refusal *Refusal
	var api *langsmith.Error
	switch {
	case errors.As(err, &arguments):
		return adviseArguments(tool, arguments)
	case errors.As(err, &refusal):
		return refusal.Text
	}
	errors.As(err, &api)
	text := advice.Explain(e.LangSmith, err)
	if tool.Effect != Reads {
		text += "\n" + consequence(tool, api)
	}
	return text
}

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

// longestProblem bounds what is said of one argument, in characters.
const longestProblem = 500

func adviseArguments(tool Declaration, err *ArgumentError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was not called: its arguments need a change.\n", tool.Name)
	for _, problem := range err.Problems {
		fmt.Fprintf(&b, "- %s\n", markdown.Line(problem.Error(), longestProblem))
	}
	if err.More > 0 {
		fmt.Fprintf(&b, "- and %s more\n", wording.Count(err.More, "problem"))
	}
	if !err.Asked {
		b.WriteString("Nothing was sent to LangSmith.")
	}
	return strings.TrimRight(b.String(), "\n")
}
