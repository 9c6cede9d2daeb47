package tool

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// Refusal is an error whose text an agent reads unchanged: what failed and what to do
// next.
type Refusal struct {
	Text     string
	NotFound bool // something that the call names does not exist

	// Cause is the error that the text explains, for the log; nil if the tool itself
	// refused. It is not unwrapped: nobody explains it again.
	Cause error
}

func (r *Refusal) Error() string { return r.Text }

// Refuse returns a [Refusal].
func Refuse(format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...)}
}

// RefuseFor returns a [Refusal] that explains an error.
func RefuseFor(cause error, format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...), Cause: cause}
}

// RefuseMissing returns a [Refusal] of a call for something that does not exist.
func RefuseMissing(format string, values ...any) error {
	return &Refusal{Text: fmt.Sprintf(format, values...), NotFound: true}
}

// IsNotFound reports whether LangSmith responded that something does not exist.
func IsNotFound(err error) bool {
	var api *langsmith.Error
	return errors.As(err, &api) && api.Status == http.StatusNotFound
}

// isAboutMissing reports whether an error means that something does not exist.
func isAboutMissing(err error) bool {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.NotFound
	}
	return IsNotFound(err)
}

// Explain returns an error's text for an agent: what failed, LangSmith's words and what to
// do next.
func (e *Env) Explain(tool Declaration, err error) string {
	var arguments *ArgumentError
	var refusal *Refusal
	switch {
	case errors.As(err, &arguments):
		return arguments.explain(tool.Name)
	case errors.As(err, &refusal):
		return refusal.Text
	}
	text := e.Audience.Explain(e.LangSmith, err)
	if tool.Effect != Reads {
		text += "\n" + describeEffect(tool, err)
	}
	return text
}

// describeEffect returns whether a failed call of a tool that writes has changed anything.
func describeEffect(tool Declaration, err error) string {
	done := map[Effect]string{Writes: "changed", Spends: "started or spent", Destroys: "deleted"}[tool.Effect]
	var api *langsmith.Error
	switch {
	case !errors.As(err, &api) || api.Unprocessed || api.Method == http.MethodGet:
		return "Nothing was " + done + "."
	case tool.Repeatable:
		return "It is unknown whether anything was " + done + "; calling again does no harm."
	}
	return "It is unknown whether anything was " + done + ": check before you call again."
}

// maxProblem is the maximum length of one problem's text, in characters.
const maxProblem = 500

func (e *ArgumentError) explain(tool string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was not called: its arguments need a change.\n", tool)
	for _, problem := range e.Problems {
		fmt.Fprintf(&b, "- %s\n", markdown.Line(problem.Error(), maxProblem))
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "- and %s more\n", wording.Count(e.More, "problem"))
	}
	if !e.Asked {
		b.WriteString("Nothing was sent to LangSmith.")
	}
	return strings.TrimRight(b.String(), "\n")
}
