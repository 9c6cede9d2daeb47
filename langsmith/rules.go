package langsmith

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// The documented bounds of the API.
const (
	MaxSample     = 1000 // traces of a job
	maxPartitions = 10   // fixed top-level categories
	MaxConfigName = 255  // characters of a config's name
)

// Check validates a request against the rules that the API documents, before it is sent.
// It returns nil, or the joined [FieldError] values.
func (r *CreateInsightsJobRequest) Check() error {
	return errors.Join(
		r.checkWindow(),
		r.checkHierarchy(),
		r.checkSample(),
		r.checkPartitions(),
		r.checkSummaryPrompt(),
		r.checkAttributes(),
		checkProvider(r.Model),
		checkModelPair(r.ClusterModel, r.SummaryModel),
	)
}

func (r *CreateInsightsJobRequest) checkWindow() error {
	hours, hasHours := r.LastNHours.Get()
	startText, hasStart := r.StartTime.Get()
	endText, hasEnd := r.EndTime.Get()
	if hasHours && hours < 1 {
		return FieldError{"last_n_hours", "must be a whole number above 0"}
	}
	if hasHours && (hasStart || hasEnd) {
		return FieldError{"last_n_hours", "sets the window twice: use last_n_hours, or start_time with an optional end_time, not both"}
	}
	if hasEnd && !hasStart {
		return FieldError{"end_time", "needs a start_time before it"}
	}
	if !hasStart {
		return nil
	}
	start, err := startText.Time()
	if err != nil {
		return FieldError{"start_time", err.Error()}
	}
	if start.After(time.Now()) {
		return FieldError{"start_time", "is in the future, where there are no traces yet"}
	}
	if !hasEnd {
		return nil
	}
	end, err := endText.Time()
	if err != nil {
		return FieldError{"end_time", err.Error()}
	}
	if !end.After(start) {
		return FieldError{"end_time", "must be later than start_time"}
	}
	return nil
}

// checkHierarchy refuses a negative number of clusters. What the API makes of 0 is not
// documented.
func (r *CreateInsightsJobRequest) checkHierarchy() error {
	levels, _ := r.Hierarchy.Get()
	if slices.ContainsFunc(levels, func(clusters int) bool { return clusters < 0 }) {
		return FieldError{"hierarchy", "has a negative number of clusters"}
	}
	return nil
}

func (r *CreateInsightsJobRequest) checkSample() error {
	sample, ok := r.Sample.Get()
	if !ok {
		return nil
	}
	if n, err := sample.Float64(); err != nil || n <= 0 || n > MaxSample {
		return FieldError{"sample", fmt.Sprintf("must be a number above 0 and at most %d", MaxSample)}
	}
	return nil
}

func (r *CreateInsightsJobRequest) checkPartitions() error {
	if partitions, _ := r.Partitions.Get(); len(partitions) > maxPartitions {
		return FieldError{"partitions", fmt.Sprintf("has %d categories; at most %d are allowed", len(partitions), maxPartitions)}
	}
	return nil
}

var (
	promptVariables     = []string{"run.inputs", "run.outputs", "run.error", "run.feedback", "all_thread_messages"}
	promptVariablesText = strings.Join(promptVariables, ", ")
)

// PromptVariables describes the variables of summary prompts.
func PromptVariables() string { return promptVariablesText }

func (r *CreateInsightsJobRequest) checkSummaryPrompt() error {
	prompt, ok := r.SummaryPrompt.Get()
	if !ok {
		return nil
	}
	hasVariable := false
	for sign, name := range parseMustacheTags(prompt) {
		if sign == "#" || sign == "^" || sign == "/" {
			return FieldError{"summary_prompt", fmt.Sprintf("uses the mustache section {{%s%s}}; only variables such as {{run.inputs}} are allowed", sign, name)}
		}
		hasVariable = hasVariable || (sign == "" || sign == "&") && isPromptVariable(name)
	}
	if !hasVariable {
		return FieldError{"summary_prompt", "must name at least one variable in double braces, such as {{run.inputs}}: one of " + promptVariablesText}
	}
	return nil
}

// parseMustacheTags yields the tags of a template in double or triple braces: the sign
// of a section, a partial and so on (empty for a variable), and the name.
func parseMustacheTags(template string) iter.Seq2[string, string] {
	return func(yield func(sign, name string) bool) {
		for {
			_, rest, found := strings.Cut(template, "{{")
			if !found {
				return
			}
			tag, after, closed := strings.Cut(strings.TrimPrefix(rest, "{"), "}}")
			if !closed || strings.ContainsAny(tag, "{}") {
				template = rest
				continue
			}
			template = after
			sign, name := "", strings.TrimSpace(tag)
			if name != "" && strings.Contains("#^/>!=&", name[:1]) {
				sign, name = name[:1], strings.TrimSpace(name[1:])
			}
			if !yield(sign, name) {
				return
			}
		}
	}
}

// UnknownPromptVariables returns the variables of a summary prompt that LangSmith does
// not document, each once.
func UnknownPromptVariables(prompt string) []string {
	var unknown []string
	for sign, name := range parseMustacheTags(prompt) {
		if (sign == "" || sign == "&") && !isPromptVariable(name) && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

func isPromptVariable(name string) bool {
	return slices.ContainsFunc(promptVariables, func(variable string) bool {
		return name == variable || strings.HasPrefix(name, variable+".")
	})
}

var attributeTypes = []string{"string", "number", "boolean"}

func (r *CreateInsightsJobRequest) checkAttributes() error {
	schemas, _ := r.AttributeSchemas.Get()
	return checkAttributeSchemas("attribute_schemas", schemas)
}

// checkAttributeSchemas validates attribute declarations: a known type, a description,
// and filter_by on booleans only. field is the path of the declarations.
func checkAttributeSchemas(field string, schemas map[string]AttributeSchema) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		path := field + "." + name
		var schema *struct {
			Type        string         `json:"type"`
			Description jsontext.Value `json:"description"`
			FilterBy    jsontext.Value `json:"filter_by"`
		}
		if err := json.Unmarshal(schemas[name].raw, &schema); err != nil || schema == nil {
			problems = append(problems, FieldError{path, `must be an object such as {"type": "string", "description": "..."}`})
			continue
		}
		if !slices.Contains(attributeTypes, schema.Type) {
			problems = append(problems, FieldError{path + ".type", "must be one of " + strings.Join(attributeTypes, ", ")})
		}
		if schema.Description.Kind() != jsontext.KindString {
			problems = append(problems, FieldError{path + ".description", "must be a text that says what to extract"})
		}
		switch schema.FilterBy.Kind() {
		case jsontext.KindInvalid, jsontext.KindNull, jsontext.KindFalse: // unset
		case jsontext.KindTrue:
			if schema.Type != "boolean" {
				problems = append(problems, FieldError{path + ".filter_by", "is allowed on attributes of type boolean only"})
			}
		default:
			problems = append(problems, FieldError{path + ".filter_by", "must be true or false"})
		}
	}
	return errors.Join(problems...)
}

// The model providers that LangSmith supports.
const (
	ProviderOpenAI    ModelProvider = "openai"
	ProviderAnthropic ModelProvider = "anthropic"
)

func checkProvider(model *ModelProvider) error {
	if model == nil || *model == ProviderOpenAI || *model == ProviderAnthropic {
		return nil
	}
	return FieldError{"model", "must be openai or anthropic"}
}

// checkModelPair validates the two model overrides, which are set together or not at
// all.
func checkModelPair(cluster, summary Optional[string]) error {
	clusterModel, hasCluster := cluster.Get()
	summaryModel, hasSummary := summary.Get()
	switch {
	case hasCluster && !hasSummary:
		return FieldError{"summary_model", "must be set too: cluster_model and summary_model go together"}
	case hasSummary && !hasCluster:
		return FieldError{"cluster_model", "must be set too: cluster_model and summary_model go together"}
	}
	return errors.Join(
		checkModel("cluster_model", clusterModel, hasCluster),
		checkModel("summary_model", summaryModel, hasSummary),
	)
}

func checkModel(field, model string, set bool) error {
	if provider := ModelProvider(model); !set || provider == ProviderOpenAI || provider == ProviderAnthropic {
		return nil
	}
	if _, err := uuid.Parse(model); err != nil || len(model) != 36 {
		return FieldError{field, "must be openai, anthropic or the UUID of a model configuration"}
	}
	return nil
}

func checkConfigName(name string) error {
	if n := utf8.RuneCountInString(name); n > MaxConfigName {
		return FieldError{"name", fmt.Sprintf("has %d characters; at most %d are allowed", n, MaxConfigName)}
	}
	return nil
}

// checkNested validates a request that is a field of another request, and prefixes its
// fields.
func checkNested(field string, request *CreateInsightsJobRequest) error {
	if request == nil {
		return FieldError{field, "must be an object with the fields of a job; {} for the API's defaults"}
	}
	var problems []error
	for _, problem := range FieldErrors(request.Check()) {
		problems = append(problems, FieldError{field + "." + problem.Field, problem.Problem})
	}
	return errors.Join(problems...)
}
