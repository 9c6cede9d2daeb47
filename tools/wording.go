package tools

import (
	"encoding/json"
	"fmt"
	"strings"

	"langsmith-insights-mcp/tools/markdown"
)

// longestEcho bounds how much of a caller's own value a refusal repeats, in
// characters.
const longestEcho = 60

// compact repeats a caller's value as JSON, on one line and bounded.
func compact(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("a %T", value)
	}
	return markdown.Line(string(data), longestEcho)
}

// compactName repeats a name that a caller made up.
func compactName(name string) string { return markdown.Line(name, longestEcho) }

func choices(values []any) string {
	names := make([]string, 0, len(values))
	for _, value := range values {
		if value != nil {
			names = append(names, fmt.Sprint(value))
		}
	}
	return strings.Join(names, ", ")
}

func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// number drops the zeroes that a rational's decimal form ends with.
func number(decimal string) string {
	return strings.TrimSuffix(strings.TrimRight(decimal, "0"), ".")
}

// formatName describes a format with an example, which teaches more than its name.
func formatName(format string) string {
	switch format {
	case "uuid":
		return "a UUID such as 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"
	case "date-time":
		return "a time with a zone, such as 2026-01-31T00:00:00Z"
	}
	return "a " + format
}
