package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	jsonv2 "github.com/go-json-experiment/json"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"langsmith-insights-mcp/langsmith"
)

// ArgumentError says what is wrong with a call's arguments.
type ArgumentError struct {
	Problems []langsmith.FieldError
	Asked    bool // LangSmith had to be asked to find out; else nothing was sent
}

func (e *ArgumentError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// badArgument refuses a call for one field.
func badArgument(field, format string, values ...any) error {
	return &ArgumentError{Problems: []langsmith.FieldError{{Field: field, Problem: fmt.Sprintf(format, values...)}}}
}

// argumentError collects the field errors of a request's own check.
func argumentError(err error) error {
	fields := langsmith.FieldErrors(err)
	if len(fields) == 0 {
		return err
	}
	return &ArgumentError{Problems: fields}
}

// decode holds arguments against the schema and reads them into a struct. The
// struct is read from the bytes as they came, so large integers stay exact.
func (s schemas) decode(arguments json.RawMessage, into any) error {
	arguments = bytes.TrimSpace(arguments)
	if len(arguments) == 0 || bytes.Equal(arguments, []byte("null")) {
		arguments = []byte("{}")
	}
	if err := s.validate(arguments); err != nil {
		return err
	}
	err := jsonv2.Unmarshal(arguments, into)
	var typed *jsonv2.SemanticError
	if errors.As(err, &typed) {
		return badArgument(strings.Join(slices.Collect(typed.JSONPointer.Tokens()), "."),
			"must be a whole number, without a decimal point or exponent, and not too large")
	}
	if err != nil {
		return badArgument("arguments", "cannot be read: %v", err)
	}
	return nil
}

// validate says what the schema has against the arguments.
func (s schemas) validate(arguments json.RawMessage) error {
	value, err := validator.UnmarshalJSON(bytes.NewReader(arguments))
	if err != nil {
		return badArgument("arguments", "must be one JSON object: %v", err)
	}
	if object, ok := value.(map[string]any); ok {
		for name, value := range object {
			if value == nil && s.own[name] {
				delete(object, name) // for a tool's own argument, null is absent
			}
		}
	}
	if err := s.full.Validate(value); err != nil {
		var invalid *validator.ValidationError
		if !errors.As(err, &invalid) {
			return fmt.Errorf("check the arguments: %w", err)
		}
		return &ArgumentError{Problems: s.explain(invalid)}
	}
	return nil
}

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
		return one("must be one of %s, not %s", choices(problem.Want), compact(problem.Got))
	case *kind.Format:
		return one("must be %s, not %s", formatName(problem.Want), compact(problem.Got))
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
	name = compactName(name)
	if path == "" {
		return name
	}
	return path + "." + name
}
