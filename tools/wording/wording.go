// Package wording formats counts, prices, times and calls the same way in every result and
// error.
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

// Call formats a call that an agent can make, such as get_run run_id=ID. The arguments are
// alternating names and values; zero values are left out.
func Call(tool string, arguments ...any) string {
	text := tool
	for i := 0; i+1 < len(arguments); i += 2 {
		if value := arguments[i+1]; !reflect.ValueOf(value).IsZero() {
			text += fmt.Sprintf(" %s=%v", arguments[i], value)
		}
	}
	return text
}

// OrDash formats a value, or a dash if it is missing.
func OrDash[T any](value *T, write func(T) string) string {
	if value == nil {
		return "-"
	}
	return write(*value)
}

// Minute formats a time in UTC to the minute, without naming the zone.
func Minute(t langsmith.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// Duration formats a duration in seconds, minutes, hours or days, such as 25 s or 4 min.
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

// maxEcho is the maximum length of a repeated text of the caller, in characters.
const maxEcho = 60

// Echo returns a value that a caller sent as JSON on one line; "" for "".
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

// EchoName returns a name that a caller sent on one line.
func EchoName(name string) string { return markdown.Line(name, maxEcho) }

// ShortID returns the beginning of a category's id, which tools accept in its place.
func ShortID(id uuid.UUID) string {
	const length = 8
	if id == uuid.Nil {
		return ID(id)
	}
	return id.String()[:length]
}

// ID formats an id; uuid.Nil means that LangSmith returned no valid UUID.
func ID(id uuid.UUID) string {
	if id == uuid.Nil {
		return "without an id"
	}
	return id.String()
}
