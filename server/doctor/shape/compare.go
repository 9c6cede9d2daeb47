package shape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Compare lists the differences between a response and its shape, each once as "field:
// difference": unknown and missing fields, values of another type, and unknown values of
// an enumeration. It names fields and such values, and no other content.
func (s *Shape) Compare(body []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return []string{"the response: not JSON"}
	}
	var found []string
	s.compare("", value, &found)
	slices.Sort(found)
	return slices.Compact(found)
}

func (s *Shape) compare(path string, value any, found *[]string) {
	add := func(format string, values ...any) {
		*found = append(*found, strings.TrimPrefix(path+": ", ": ")+fmt.Sprintf(format, values...))
	}
	if value == nil {
		if !s.nullable {
			add("null instead of %s", s)
		}
		return
	}
	if !s.matchesType(value) {
		add("%s instead of %s", typeOf(value), s)
		return
	}
	switch value := value.(type) {
	case string:
		if s.kind == "word" && !slices.Contains(s.words, value) {
			add("the unknown value %s", printable(value))
		}
	case []any:
		for _, item := range value {
			s.element.compare(path+"[]", item, found)
		}
	case map[string]any:
		if s.kind == "fields" {
			s.compareFields(path, value, found)
		}
	}
}

func (s *Shape) compareFields(path string, object map[string]any, found *[]string) {
	prefix := strings.TrimPrefix(path+".", ".")
	known := map[string]bool{}
	for _, f := range s.fields {
		known[f.name] = true
		value, present := object[f.name]
		switch {
		case present && (value != nil || !f.optional):
			f.shape.compare(prefix+f.name, value, found)
		case !present && !f.optional:
			*found = append(*found, prefix+f.name+": missing")
		}
	}
	for name, value := range object {
		if !known[name] && !s.open {
			*found = append(*found, fmt.Sprintf("%s%s: unknown, %s", prefix, printable(name), typeOf(value)))
		}
	}
}

// matchesType reports whether a value has the shape's type.
func (s *Shape) matchesType(value any) bool {
	switch value := value.(type) {
	case string:
		switch s.kind {
		case "string", "word":
			return true
		case "uuid":
			_, err := uuid.Parse(value)
			return err == nil
		case "time":
			var moment langsmith.Time
			quoted, _ := json.Marshal(value)
			return json.Unmarshal(quoted, &moment) == nil && !moment.IsZero()
		case "decimal":
			_, err := strconv.ParseFloat(value, 64)
			return err == nil
		}
	case json.Number:
		_, err := value.Int64()
		return s.kind == "number" || s.kind == "decimal" || s.kind == "integer" && err == nil
	case bool:
		return s.kind == "boolean"
	case []any:
		return s.kind == "array"
	case map[string]any:
		return s.kind == "object" || s.kind == "fields"
	}
	return false
}

// typeOf names the type of a value.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			return "a number as text"
		}
		return "a text"
	case json.Number:
		if _, err := value.Int64(); err != nil {
			return "a number with a fraction"
		}
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	}
	return "an object"
}

// String names the expected type.
func (s *Shape) String() string {
	switch s.kind {
	case "uuid":
		return "a UUID"
	case "time":
		return "a time"
	case "integer":
		return "a whole number"
	case "number", "decimal":
		return "a number"
	case "boolean":
		return "a boolean"
	case "array":
		return "an array"
	case "object", "fields":
		return "an object"
	}
	return "a text"
}

// word matches names of fields and statuses, and no text of users.
var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// printable quotes a text that looks like a name of LangSmith's, and hides any other.
func printable(text string) string {
	if word.MatchString(text) {
		return strconv.Quote(text)
	}
	return "(not shown)"
}
