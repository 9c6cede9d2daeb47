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

// ArgumentError lists the problems of a call's arguments.
type ArgumentError struct {
	Problems []langsmith.FieldError
	More     int  // the number of problems that are left out
	Asked    bool // a request to LangSmith found the problem; else nothing was sent
}

// maxProblems is the maximum number of problems in an error.
const maxProblems = 10

func newArgumentError(problems []langsmith.FieldError) *ArgumentError {
	listed := min(len(problems), maxProblems)
	return &ArgumentError{Problems: problems[:listed], More: len(problems) - listed}
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

// WithPrefix adds a prefix to the names of the arguments in an [ArgumentError]. It
// returns other errors unchanged.
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
// against their schema, the struct's own rules, the operator's limits, and the need for a
// project. The error has the problems of all four.
func readArguments(s schemas, env *Env, arguments json.RawMessage, into any) error {
	text, value, err := s.check(arguments)
	if text != nil {
		if unread := unmarshal(text, into); unread == nil {
			err = checkRules(into, env.Policy, err)
		} else if err == nil {
			err = unread
		}
	}
	if s.requiresProject && env.DefaultProject == "" && namesNoProject(value) {
		err = addProblem(err, missingProject())
	}
	return err
}

// checkRules adds the problems that the struct's own rules and the operator's limits find to
// those of the schema. If both find one in a field, or inside it, only the schema's is
// listed.
func checkRules(into any, policy Policy, found error) error {
	var err error
	if checked, ok := into.(interface{ Check() error }); ok {
		err = checked.Check()
	}
	if limited, ok := into.(interface{ CheckPolicy(policy Policy) error }); ok {
		err = errors.Join(err, limited.CheckPolicy(policy))
	}
	problems := langsmith.FieldErrors(err)
	var bad *ArgumentError
	switch {
	case found == nil && len(problems) > 0:
		return newArgumentError(problems)
	case found == nil:
		return err
	case !errors.As(found, &bad):
		return found
	}
	problems = slices.DeleteFunc(problems, func(p langsmith.FieldError) bool {
		return slices.ContainsFunc(bad.Problems, func(listed langsmith.FieldError) bool { return strings.HasPrefix(listed.Field+".", p.Field+".") })
	})
	all := newArgumentError(append(slices.Clone(bad.Problems), problems...))
	all.More += bad.More
	return all
}

// addProblem adds a problem before those of an error.
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

// check normalizes arguments and checks them against their schema. It returns the
// normalized arguments even if they are invalid.
func (s schemas) check(arguments json.RawMessage) (text jsontext.Value, value any, err error) {
	text = jsontext.Value(bytes.TrimSpace(arguments))
	if len(text) == 0 || text.Kind() == 'n' {
		text = jsontext.Value("{}")
	}
	text, value, err = normalize(s.arguments, text)
	switch {
	case errors.Is(err, errTooManyTokens):
		return nil, nil, BadArgument("arguments", "have more than %d values", maxTokens/2)
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

// unmarshal reads arguments in which [normalize] found no name twice.
func unmarshal(value jsontext.Value, into any) error {
	err := jsonv2.Unmarshal(value, into, jsontext.AllowDuplicateNames(true))
	var unread *jsonv2.SemanticError
	if errors.As(err, &unread) {
		return BadArgument(strings.Join(slices.Collect(unread.JSONPointer.Tokens()), "."), "must be a whole number that is not too large")
	}
	if err != nil {
		return BadArgument("arguments", "cannot be read: %v", err)
	}
	return nil
}

// namesNoProject reports whether arguments name no project, not even an invalid one.
func namesNoProject(arguments any) bool {
	object, ok := arguments.(map[string]any)
	return ok && object["session_id"] == nil && object["project"] == nil
}
