package tool

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/wording"
)

// explain turns a validator's tree of complaints into one line a field.
func (s schemas) explain(invalid *validator.ValidationError) []langsmith.FieldError {
	var problems []langsmith.FieldError
	var walk func(*validator.ValidationError)
	walk = func(e *validator.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		path := strings.Join(e.InstanceLocation, ".")
		problems = append(problems, s.explainOne(path, e)...)
	}
	walk(invalid)
	slices.SortStableFunc(problems, func(a, b langsmith.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return problems
}

func (s schemas) explainOne(path string, e *validator.ValidationError) []langsmith.FieldError {
	one := func(format string, values ...any) []langsmith.FieldError {
		return []langsmith.FieldError{{Field: path, Problem: fmt.Sprintf(format, values...)}}
	}
	switch problem := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		var fields []langsmith.FieldError
		for _, name := range problem.Properties {
			fields = append(fields, langsmith.FieldError{Field: join(path, name), Problem: s.unknown(path, name)})
		}
		return fields
	case *kind.Required:
		var fields []langsmith.FieldError
		for _, name := range problem.Missing {
			fields = append(fields, langsmith.FieldError{Field: join(path, name), Problem: "is required"})
		}
		return fields
	case *kind.Type:
		if path == "" {
			return []langsmith.FieldError{{Field: "arguments", Problem: "must be one JSON object"}}
		}
		return one("must be %s, not %s", article(strings.Join(problem.Want, " or ")), problem.Got)
	case *kind.Enum:
		return one("must be one of %s, not %s", choices(problem.Want), wording.Echo(problem.Got))
	case *kind.Format:
		return one("must be %s, not %s", formatName(problem.Want), wording.Echo(problem.Got))
	case *kind.Minimum:
		return one("must be at least %s", number(problem.Want.FloatString(6)))
	case *kind.ExclusiveMinimum:
		return one("must be above %s", number(problem.Want.FloatString(6)))
	case *kind.Maximum:
		return one("must be at most %s", number(problem.Want.FloatString(6)))
	case *kind.MaxLength:
		return one("must have at most %d characters, not %d", problem.Want, problem.Got)
	case *kind.MinLength:
		return one("must not be empty")
	case *kind.MaxItems:
		return one("must have at most %d items, not %d", problem.Want, problem.Got)
	case *kind.MinItems:
		return one("must have at least %d items", problem.Want)
	case *kind.MaxProperties:
		return one("must have at most %d entries, not %d", problem.Want, problem.Got)
	case *kind.MinProperties:
		return one("must have at least %d entries", problem.Want)
	}
	return one("is not accepted by the tool's input schema (%s)", strings.Join(e.ErrorKind.KeywordPath(), "/"))
}

// unknown says what the caller may have meant.
func (s schemas) unknown(path, name string) string {
	names, nested := s.below[path]
	if !nested {
		names = s.known
	}
	best, distance := "", len(name)/2+1
	for _, known := range names {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), known); d < distance {
			best, distance = known, d
		}
	}
	if best != "" {
		return fmt.Sprintf("is not an argument; did you mean %s?", best)
	}
	return "is not an argument; known are " + strings.Join(names, ", ")
}

func join(path, name string) string {
	name = wording.EchoName(name)
	if path == "" {
		return name
	}
	return path + "." + name
}

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
