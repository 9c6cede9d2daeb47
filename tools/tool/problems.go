package tool

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/wording"
)

// CheckName refuses a blank name.
func CheckName(argument, name string) error {
	if strings.TrimSpace(name) == "" {
		return langsmith.FieldError{Field: argument, Problem: "must not be blank"}
	}
	return nil
}

// problem is one error of the validator about the value at a path.
type problem struct {
	path []string
	kind jsonschema.ErrorKind
	name string // of an argument that is missing or unknown
}

// explain returns the validator's errors as an [ArgumentError]: first missing arguments,
// then arguments, then values inside them.
func (s schemas) explain(invalid *jsonschema.ValidationError) error {
	problems := flatten(invalid, nil)
	slices.SortStableFunc(problems, func(a, b problem) int {
		return cmp.Or(
			cmp.Compare(a.rank(), b.rank()),
			slices.CompareFunc(a.names(), b.names(), compareNames),
		)
	})
	listed := min(len(problems), maxProblems)
	err := &ArgumentError{More: len(problems) - listed}
	for _, p := range problems[:listed] {
		err.Problems = append(err.Problems, langsmith.FieldError{Field: p.field(), Problem: s.describe(p)})
	}
	return err
}

// flatten lists the leaves of a tree of errors.
func flatten(e *jsonschema.ValidationError, problems []problem) []problem {
	for _, cause := range e.Causes {
		problems = flatten(cause, problems)
	}
	if len(e.Causes) > 0 {
		return problems
	}
	var names []string
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		names = k.Properties
	case *kind.Required:
		names = k.Missing
	default:
		return append(problems, problem{path: e.InstanceLocation, kind: k})
	}
	for _, name := range names {
		problems = append(problems, problem{path: e.InstanceLocation, kind: e.ErrorKind, name: name})
	}
	return problems
}

// compareNames orders names as texts and the indices of lists as numbers.
func compareNames(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// rank returns 0 for a missing argument, else the depth inside the arguments.
func (p problem) rank() int {
	if _, missing := p.kind.(*kind.Required); missing {
		return 0
	}
	return 1 + len(p.names())
}

// names returns the path to the value of the problem.
func (p problem) names() []string {
	if p.name == "" {
		return p.path
	}
	return append(slices.Clone(p.path), p.name)
}

// field returns the path to the value of the problem, as a text.
func (p problem) field() string {
	names := p.names()
	if len(names) == 0 {
		return "arguments"
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = wording.EchoName(name)
	}
	return strings.Join(shown, ".")
}

func (s schemas) describe(p problem) string {
	switch k := p.kind.(type) {
	case *kind.AdditionalProperties:
		return s.describeUnknown(p)
	case *kind.Required:
		if argument := s.arguments.Properties[p.name]; len(p.path) == 0 && argument != nil && argument.Format == jobIDFormat {
			return "is required: latest (the newest that succeeded) or a job's UUID, which list_insights_jobs has"
		}
		return "is required" + examples[p.name]
	case *kind.Type:
		if len(p.path) == 0 {
			return "must be one JSON object"
		}
		want := slices.DeleteFunc(slices.Clone(k.Want), func(name string) bool { return name == "null" })
		return fmt.Sprintf("must be %s, not %s%s", addArticle(strings.Join(want, " or ")), k.Got, p.example())
	case *kind.Enum:
		return fmt.Sprintf("must be one of %s, not %s", joinChoices(k.Want), wording.Echo(k.Got))
	case *kind.Format:
		hint := hints[p.field()]
		if k.Got == string(LatestJob) {
			hint = "; a repeated call would mean another job" + hint
		}
		return fmt.Sprintf("must be %s, not %s%s", formatName(k.Want), wording.Echo(k.Got), hint)
	case *kind.Minimum:
		return "must be at least " + formatDecimal(k.Want)
	case *kind.ExclusiveMinimum:
		return "must be above " + formatDecimal(k.Want)
	case *kind.Maximum:
		return "must be at most " + formatDecimal(k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters, not %d", k.Want, k.Got)
	case *kind.MinLength:
		return "must not be empty"
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d items, not %d", k.Want, k.Got)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d items", k.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("must have at most %d entries, not %d", k.Want, k.Got)
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %d entries", k.Want)
	}
	return fmt.Sprintf("is not accepted by the tool's input schema (%s)", strings.Join(p.kind.KeywordPath(), "/"))
}

// describeUnknown suggests the argument that a caller may have meant.
func (s schemas) describeUnknown(p problem) string {
	known := s.argumentNames(p.path)
	best, distance := "", len(p.name)/2+1
	for _, name := range known {
		if len(p.name) > 2*len(name) { // too long to be meant for it
			continue
		}
		d := levenshtein.ComputeDistance(strings.ToLower(p.name), name)
		if strings.HasPrefix(name, p.name+"_") {
			d = 0
		}
		if d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("is not an argument; did you mean %s?", best)
	}
	return "is not an argument; known are " + strings.Join(known, ", ")
}

// examples are values of arguments, for those that are missing or have the wrong type.
var examples = map[string]string{
	"job_id":            ": list_insights_jobs lists the jobs",
	"user_context":      `, such as {"What would you like to learn about your agent?": "why users give up"}`,
	"config":            `, such as {"last_n_hours": 168, "sample": 200}`,
	"attribute_schemas": `, such as {"resolved": {"type": "boolean", "description": "Whether the user's problem was solved"}}`,
	"partitions":        `, such as {"Refunds": "Where the money is", "Login": "Who cannot log in"}`,
	"chats":             `, such as [[{"role": "user", "content": "Where is my refund?"}]]`,
	"hierarchy":         ", such as [3, 12]",
}

// example returns an example of an argument, or of an attribute in attribute_schemas.
func (p problem) example() string {
	switch {
	case len(p.path) == 2 && p.path[0] == "attribute_schemas":
		return `, such as {"type": "boolean", "description": "Whether the user's problem was solved"}`
	case len(p.path) == 2 && p.path[0] == "config":
		return examples[p.path[1]]
	case len(p.path) == 1:
		return examples[p.path[0]]
	}
	return ""
}

// hints are the sources of ids, by argument.
var hints = map[string]string{
	"session_id": "; a project's name is given as project",
	"job_id":     "; list_insights_jobs lists the jobs",
	"config_id":  "; list_insights_configs lists the configs. One whose id is not a UUID is LangSmith's own: give its settings as arguments of create_insights_job; it cannot be changed or deleted",
	"run_id":     "; list_insights_runs lists a report's runs",
}

func joinChoices(values []any) string {
	names := make([]string, 0, len(values))
	for _, value := range values {
		if value != nil {
			names = append(names, fmt.Sprint(value))
		}
	}
	return strings.Join(names, ", ")
}

func addArticle(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// formatDecimal returns a bound without trailing zeroes.
func formatDecimal(bound *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(bound.FloatString(6), "0"), ".")
}

// formatName describes a format with an example, which teaches more than its name.
func formatName(format string) string {
	switch format {
	case "uuid":
		return "a UUID such as 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"
	case jobIDFormat.Name:
		return "a job's UUID, or latest"
	case "date-time":
		return "a time with a zone, such as 2026-01-31T00:00:00Z"
	}
	return "a " + format
}
