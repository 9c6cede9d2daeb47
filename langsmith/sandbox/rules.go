package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
)

// check applies the rules of LangSmith's documentation and clients to settings of the
// right types.
//
// Unknown: the API's response to a violation. The sandbox responds with 422 in FastAPI's
// format, and to an invalid filter with 400.
func (s *settings) check(f *validationErrors, body []any) error {
	broken := func(field, format string, args ...any) {
		f.add(joinLoc(body, field), "value_error", "Value error, "+format, args...)
	}
	if s.LastNHours != nil && (s.StartTime != nil || s.EndTime != nil) {
		broken("last_n_hours", "give last_n_hours or start_time, not both")
	}
	if s.LastNHours != nil && *s.LastNHours <= 0 {
		broken("last_n_hours", "last_n_hours must be above 0")
	}
	if s.EndTime != nil && s.StartTime == nil {
		broken("end_time", "end_time needs start_time")
	}
	if s.StartTime != nil && s.EndTime != nil && !parseCheckedTime(*s.EndTime).After(parseCheckedTime(*s.StartTime)) {
		broken("end_time", "end_time must be after start_time")
	}
	if s.Sample != nil {
		if n, err := s.Sample.Float64(); err == nil && (n <= 0 || n > maxSample) {
			broken("sample", "sample must be above 0 and at most %d", maxSample)
		}
	}
	if slices.ContainsFunc(s.Hierarchy, func(n int) bool { return n <= 0 }) {
		broken("hierarchy", "every level needs at least one cluster")
	}
	if s.SummaryPrompt != nil && len(promptVariables(*s.SummaryPrompt)) == 0 {
		broken("summary_prompt", "summary_prompt must name at least one variable of the run")
	}
	s.checkModels(broken)
	s.checkAttributes(broken)
	if err := f.err(); err != nil {
		return err
	}
	if s.Filter != nil {
		if _, err := filter.Parse(*s.Filter); err != nil {
			return refuse(http.StatusBadRequest, "Invalid filter: %s", err)
		}
	}
	return nil
}

// maxSample is the maximum number of traces of a report.
const maxSample = 1000

func (s *settings) checkModels(broken func(field, format string, args ...any)) {
	if (s.ClusterModel == nil) != (s.SummaryModel == nil) {
		broken("cluster_model", "set cluster_model and summary_model together, or neither")
	}
	for field, model := range map[string]*string{"cluster_model": s.ClusterModel, "summary_model": s.SummaryModel} {
		if model == nil || *model == "openai" || *model == "anthropic" {
			continue
		}
		if _, err := uuid.Parse(*model); err != nil {
			broken(field, "%s must be openai, anthropic or the id of a model configuration", field)
		}
	}
}

func (s *settings) checkAttributes(broken func(field, format string, args ...any)) {
	for name, schema := range s.AttributeSchemas {
		fields, ok := schema.(map[string]any)
		kind, _ := fields["type"].(string)
		if !ok || !slices.Contains([]string{"string", "number", "boolean"}, kind) {
			broken("attribute_schemas", "attribute %q needs a type: string, number or boolean", name)
			continue
		}
		if fields["filter_by"] == true && kind != "boolean" {
			broken("attribute_schemas", "attribute %q: filter_by is for booleans only", name)
		}
	}
}

// missingSecrets names the model secrets that the settings need and the
// workspace lacks.
func (s *settings) missingSecrets(have []string) []string {
	models := []string{s.Model}
	if s.ClusterModel != nil && s.SummaryModel != nil {
		models = []string{*s.ClusterModel, *s.SummaryModel}
	}
	var missing []string
	for _, model := range models {
		// A model configuration has its own secret.
		if model != "openai" && model != "anthropic" {
			continue
		}
		key := strings.ToUpper(model) + "_API_KEY"
		if !slices.Contains(have, key) && !slices.Contains(missing, key) {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing
}

const promptVariable = `\{\{\{?\s*(run\.(?:inputs|outputs|error|feedback)|all_thread_messages)(?:\.[\w.-]+)?\s*\}?\}\}`

// promptVariables lists the parts of a run that a summary prompt names.
func promptVariables(prompt string) []string {
	var names []string
	for _, match := range regexp.MustCompile(promptVariable).FindAllStringSubmatch(prompt, -1) {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}
	return names
}
