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
	text, value, err := s.check(arguments)
	if err == nil {
		err = unmarshal(text, into)
	}
	if checked, ok := into.(interface{ Check() error }); ok && err == nil {
		err = checked.Check()
		if problems := langsmith.FieldErrors(err); len(problems) > 0 {
			err = newArgumentError(problems)
		}
	}
	if s.requiresProject && env.DefaultProject == "" && namesNoProject(value) {
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

// check normalizes arguments and checks them against their schema. It returns them as
// [normalize] does, also where they do not pass.
func (s schemas) check(arguments json.RawMessage) (text jsontext.Value, value any, err error) {
	text = jsontext.Value(bytes.TrimSpace(arguments))
	if len(text) == 0 || text.Kind() == 'n' {
		text = jsontext.Value("{}")
	}
	text, value, err = normalize(s.arguments, text)
	switch {
	case errors.Is(err, errTooManyTokens):
		return nil, nil, BadArgument("arguments", "hold more than %d values", maxTokens/2)
	case err != nil:
		return nil, nil, BadArgument("arguments", "must be one JSON object: %v", err)
	}
	var invalid *validator.ValidationError
	if err := s.arguments.Validate(value); errors.As(err, &invalid) {
		return text, value, s.explain(invalid)
	} else if err != nil {
		return nil, nil, fmt.Errorf("check the arguments: %w", err)
	}
	return text, value, nil
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
func namesNoProject(arguments any) bool {
	object, ok := arguments.(map[string]any)
	return ok && object["session_id"] == nil && object["project"] == nil
}
