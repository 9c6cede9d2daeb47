package langsmith

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is the error of every operation: LangSmith's error response, or the reason why
// there is no usable response.
type Error struct {
	Method string // of the request, such as GET
	Path   string // of the request, relative to /api/v1 unless it begins with /api

	Status     int           // of the response; 0 without a response
	Code       string        // LangSmith's machine-readable error code; empty if it has none
	Message    string        // LangSmith's message, redacted and truncated; empty if it has none
	Fields     []FieldError  // the problems of single fields in a 422
	RetryAfter time.Duration // the wait that the response demands; 0 for none
	NotJSON    bool          // the body is HTML or something else that LangSmith does not send

	// Unprocessed reports that the request surely had no effect: it did not reach
	// LangSmith, or LangSmith refused it. If it is false, a write may have
	// succeeded.
	Unprocessed bool

	Err error // the cause, if there is no usable response
}

// FieldError is a problem with one field of a request.
type FieldError struct {
	Field   string // dotted path in the body, such as config.sample
	Problem string // what is wrong and what is accepted
}

func (f FieldError) Error() string {
	if f.Field == "" {
		return f.Problem
	}
	return f.Field + ": " + f.Problem
}

// FieldErrors lists the field errors that a request's Check has joined.
func FieldErrors(err error) []FieldError {
	switch err := err.(type) { //nolint:errorlint // Check joins errors and does not wrap them
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
		b.WriteString("no response")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Ambiguous reports whether a write may have succeeded although it returned an error.
func (e *Error) Ambiguous() bool { return !e.Unprocessed }

// TooManyJobs reports whether LangSmith refused a job because too many jobs are
// running. The caller has to wait for one of them; a retry does not help.
func (e *Error) TooManyJobs() bool {
	if e.Status != http.StatusTooManyRequests {
		return false
	}
	text := strings.ToLower(strings.ReplaceAll(e.Code, "_", " ") + "\n" + e.Message)
	return strings.Contains(text, "too many concurrent") && strings.Contains(text, "job")
}

// NeedsWorkspace reports whether LangSmith refused because the credential spans several
// workspaces and the request names none.
func (e *Error) NeedsWorkspace() bool {
	const code = "org_scoped_key_requires_workspace"
	return e.Code == code || strings.Contains(e.Message, code)
}
