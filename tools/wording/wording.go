// Package wording writes counts, prices, times and next calls the same way in every
// result and error.
package wording

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// Call writes a call as an agent can make it, such as get_run run_id=ID. The
// arguments are names and values in turn; those with a zero value are left out.
func Call(tool string, arguments ...any) string {
	text := tool
	for i := 0; i+1 < len(arguments); i += 2 {
		if value := arguments[i+1]; !reflect.ValueOf(value).IsZero() {
			text += fmt.Sprintf(" %s=%v", arguments[i], value)
		}
	}
	return text
}

// OrDash writes a value, or a dash where it is missing.
func OrDash[T any](value *T, write func(T) string) string {
	if value == nil {
		return "-"
	}
	return write(*value)
}

// Minute writes a time in UTC, which the words around it have to say.
func Minute(t langsmith.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// Duration writes a duration in its largest unit that says enough, such as 25 s or
// 4 min.
func Duration(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

// maxEcho bounds how much of a caller's own text is repeated, in characters.
const maxEcho = 60

// Echo repeats a value that a caller sent, as JSON on one line; nothing for "".
func Echo(value any) string {
	if value == "" {
		return ""
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("a %T", value)
	}
	return markdown.Line(string(data), maxEcho)
}

// EchoName repeats a name that a caller made up.
func EchoName(name string) string { return markdown.Line(name, maxEcho) }

// ShortID writes the beginning of a category's id, by which a report's reader may name
// it.
func ShortID(id uuid.UUID) string {
	const length = 8
	if id == uuid.Nil {
		return ID(id)
	}
	return id.String()[:length]
}

// ID writes an id, which is uuid.Nil where LangSmith gave none that is a UUID.
func ID(id uuid.UUID) string {
	if id == uuid.Nil {
		return "without an id"
	}
	return id.String()
}
