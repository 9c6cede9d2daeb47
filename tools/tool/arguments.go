package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"langsmith-insights-mcp/langsmith"
)

// ArgumentError says what is wrong with a call's arguments.
type ArgumentError struct {
	Problems []langsmith.FieldError
	More     int  // problems that are not told
	Asked    bool // LangSmith had to be asked to find out; else nothing was sent
}

// maxProblems is how many problems of one call are told.
const maxProblems = 10

func newArgumentError(problems []langsmith.FieldError) *ArgumentError {
	told := min(len(problems), maxProblems)
	return &ArgumentError{Problems: problems[:told], More: len(problems) - told}
}

func (e *ArgumentError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// BadArgument refuses a call for one argument.
func BadArgument(name, format string, values ...any) error {
	return newArgumentError([]langsmith.FieldError{{Field: name, Problem: fmt.Sprintf(format, values...)}})
}

// WithPrefix puts a prefix before the names of the arguments that an error is
// about. Other errors stay as they are.
func WithPrefix(prefix string, err error) error {
	var bad *ArgumentError
	if !errors.As(err, &bad) {
		return err
	}
	prefixed := *bad
	prefixed.Problems = slices.Clone(bad.Problems)
	for i := range prefixed.Problems {
		prefixed.Problems[i].Field = prefix + prefixed.Problems[i].Field
	}
	return &prefixed
}

// readArguments reads the arguments of a call into a struct, after checking them
// against their schema, the struct's own rules, and the need for a project. The
// problems that these find are told together.
func readArguments(s schemas, env *Env, arguments json.RawMessage, into any) error {
	value, err := s.check(arguments)
	if err == nil {
		err = unmarshal(value, into)
	}
	if checked, ok := into.(interface{ Check() error }); ok && err == nil {
		err = checked.Check()
		if problems := langsmith.FieldErrors(err); len(problems) > 0 {
			err = newArgumentError(problems)
		}
	}
	if requiresProject(into) && env.DefaultProject == "" && namesNoProject(value) {
		err = addProblem(err, missingProject())
	}
	return err
}

// addProblem puts one more problem before those that an error tells of.
func addProblem(err error, problem langsmith.FieldError) error {
	var bad *ArgumentError
	if err != nil && !errors.As(err, &bad) {
		return err
	}
	problems := []langsmith.FieldError{problem}
	if bad == nil {
		return newArgumentError(problems)
	}
	all := newArgumentError(append(problems, bad.Problems...))
	all.More += bad.More
	return all
}

// check normalizes arguments and checks them against their schema.
func (s schemas) check(arguments json.RawMessage) (jsontext.Value, error) {
	value := jsontext.Value(bytes.TrimSpace(arguments))
	if len(value) == 0 || value.Kind() == 'n' {
		value = jsontext.Value("{}")
	}
	var whole jsontext.Value // one value, and no name in it twice
	err := jsonv2.Unmarshal(value, &whole)
	if err == nil {
		value, err = normalize(s.arguments, value)
	}
	if err != nil {
		return nil, BadArgument("arguments", "must be one JSON object: %v", err)
	}
	if holdsMoreThan(value, maxValues) {
		return nil, BadArgument("arguments", "hold more than %d values", maxValues)
	}
	instance, err := validator.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		return nil, BadArgument("arguments", "must be one JSON object: %v", err)
	}
	var invalid *validator.ValidationError
	if err := s.arguments.Validate(instance); errors.As(err, &invalid) {
		return value, s.explain(invalid)
	} else if err != nil {
		return nil, fmt.Errorf("check the arguments: %w", err)
	}
	return value, nil
}

// maxValues bounds what arguments hold, with the JSON in their strings, which counts
// as one value in the message. Decoded, each takes some hundred bytes.
const maxValues = 200_000

// holdsMoreThan reports whether there are more values in valid JSON.
func holdsMoreThan(value jsontext.Value, most int) bool {
	if len(value) < 2*most { // a token has a byte at least
		return false
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(value))
	for tokens := 0; tokens < 2*most; tokens++ { // names of members, and ends, count too
		if _, err := decoder.ReadToken(); err != nil {
			return false
		}
	}
	return true
}

func unmarshal(value jsontext.Value, into any) error {
	err := jsonv2.Unmarshal(value, into)
	var unread *jsonv2.SemanticError
	if errors.As(err, &unread) {
		return BadArgument(strings.Join(slices.Collect(unread.JSONPointer.Tokens()), "."), "must be a whole number that is not too large")
	}
	if err != nil {
		return BadArgument("arguments", "cannot be read: %v", err)
	}
	return nil
}

// namesNoProject reports whether arguments name no project, not even wrongly.
func namesNoProject(arguments jsontext.Value) bool {
	var named struct {
		SessionID jsontext.Value `json:"session_id"`
		Project   jsontext.Value `json:"project"`
	}
	return jsonv2.Unmarshal(arguments, &named) == nil && named.SessionID == nil && named.Project == nil
}
