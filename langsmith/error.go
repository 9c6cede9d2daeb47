package langsmith

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is how every operation fails: with what LangSmith answered, or with
// what kept an answer from coming.
type Error struct {
	Method string // of the request, GET for one
	Path   string // of the request, below /api/v1 where it does not begin with /api

	Status     int           // of the answer; 0 when none came
	Code       string        // LangSmith's machine-readable word for it, where it gave one
	Message    string        // LangSmith's own words, redacted and shortened; empty when it said nothing readable
	Fields     []FieldError  // what a 422 said of single fields
	RetryAfter time.Duration // what the answer asked for; 0 when it asked for nothing
	NotJSON    bool          // the body was HTML or something else that is not LangSmith's

	// Unprocessed is true where the request surely had no effect: it never
	// reached LangSmith, or LangSmith refused it. Where it is false a request
	// that writes may have been carried out.
	Unprocessed bool

	Err error // the cause when no usable answer came
}

// FieldError is one complaint about one field of a request.
type FieldError struct {
	Field   string // dotted path below the body, such as config.sample
	Problem string // what is wrong and what would be right
}

func (f FieldError) Error() string {
	if f.Field == "" {
		return f.Problem
	}
	return f.Field + ": " + f.Problem
}

// FieldErrors lists the complaints that a request's Check has joined.
func FieldErrors(err error) []FieldError {
	switch err := err.(type) { //nolint:errorlint // a Check joins and never wraps
	case FieldError:
		return []FieldError{err}
	case interface{ Unwrap() []error }:
		var all []FieldError
		for _, one := range err.Unwrap() {
			all = append(all, FieldErrors(one)...)
		}
		return all
	}
	return nil
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	switch {
	case e.Status != 0:
		fmt.Fprintf(&b, "LangSmith answered %d", e.Status)
		if text := http.StatusText(e.Status); text != "" {
			b.WriteString(" " + text)
		}
		if e.Code != "" {
			b.WriteString(" (" + e.Code + ")")
		}
		if e.Message != "" {
			b.WriteString(": " + e.Message)
		}
		for _, field := range e.Fields {
			b.WriteString("; " + field.Error())
		}
		if e.Err != nil {
			b.WriteString(": " + e.Err.Error())
		}
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	default:
		b.WriteString("no answer")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Ambiguous reports whether a request that writes may have been carried out
// although it failed.
func (e *Error) Ambiguous() bool { return !e.Unprocessed }

// TooManyJobs reports whether LangSmith refused a job because too many of them
// run at once; waiting for one of those helps, asking again soon does not.
func (e *Error) TooManyJobs() bool {
	if e.Status != http.StatusTooManyRequests {
		return false
	}
	text := strings.ToLower(strings.ReplaceAll(e.Code, "_", " ") + "\n" + e.Message)
	return strings.Contains(text, "too many concurrent") && strings.Contains(text, "job")
}

// NeedsWorkspace reports whether LangSmith refused because the credential spans
// several workspaces and none was chosen.
func (e *Error) NeedsWorkspace() bool {
	const code = "org_scoped_key_requires_workspace"
	return e.Code == code || strings.Contains(e.Message, code)
}
