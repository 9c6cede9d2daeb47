// Package wording writes what results and errors say: counts, prices, durations
// and the calls that an agent can make next.
package wording

import (
	"encoding/json"
	"fmt"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// OrDash writes a value, or a dash where it is missing.
func OrDash[T any](value *T, write func(T) string) string {
	if value == nil {
		return "-"
	}
	return write(*value)
}

// Minute writes a time of UTC for people; every heading above it says UTC.
func Minute(t langsmith.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// Ago says how long something has been going on.
func Ago(d time.Duration) string {
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

// longestEcho bounds how much of a caller's own value a refusal repeats, in
// characters.
const longestEcho = 60

// Echo repeats a caller's value as JSON, on one line and bounded.
func Echo(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("a %T", value)
	}
	return markdown.Line(string(data), longestEcho)
}

// EchoName repeats a name that a caller made up.
func EchoName(name string) string { return markdown.Line(name, longestEcho) }

// Call writes a call as an agent can make it: names and values in turn.
func Call(tool string, arguments ...any) string {
	text := tool
	for i := 0; i+1 < len(arguments); i += 2 {
		text += fmt.Sprintf(" %s=%v", arguments[i], arguments[i+1])
	}
	return text
}
