package trace

import (
	"maps"
	"slices"
	"strings"
)

// maxDepth bounds the nesting of values that Text reads.
const maxDepth = 16

// Text joins the strings in a JSON value, in the order of its keys.
func Text(value any) string {
	var found []string
	collect(value, "", 0, &found)
	return strings.Join(found, "\n")
}

// Content is [Text] without the roles of messages.
func Content(value any) string {
	var found []string
	collect(value, "role", 0, &found)
	return strings.Join(found, "\n")
}

// collect collects strings, but for those of one key.
func collect(value any, without string, depth int, found *[]string) {
	if depth > maxDepth {
		return
	}
	switch v := value.(type) {
	case string:
		if v != "" {
			*found = append(*found, v)
		}
	case []any:
		for _, entry := range v {
			collect(entry, without, depth+1, found)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key != without {
				collect(v[key], without, depth+1, found)
			}
		}
	}
}

// Preview shortens a text to one line of at most limit runes.
func Preview(text string, limit int) string {
	line := strings.Join(strings.Fields(text), " ")
	runes := 0
	for at := range line {
		if runes == limit {
			return strings.TrimRight(line[:at], " ,.;:") + "…"
		}
		runes++
	}
	return line
}
