package start

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// completeRequest returns the settings of a job: the request's over those of its config.
// replaces reports whether the request changes the config's. If the config cannot be read,
// the request is returned unchanged.
func completeRequest(ctx context.Context, env *tool.Env, j *Job) (complete *langsmith.CreateInsightsJobRequest, replaces bool, err error) {
	given := j.Request
	id, ok := given.ConfigID.Get()
	if !ok {
		return given, false, nil
	}
	saved, err := env.LangSmith.ListConfigs(ctx, j.Project.ID, true)
	if err != nil {
		return given, false, nil //nolint:nilerr // the result says what is not known
	}
	at := slices.IndexFunc(saved, func(config langsmith.Config) bool { return config.ID == id.String() })
	if at < 0 {
		return nil, false, refuseArgument("config_id", "is not a config of "+tool.ProjectLabel(j.Project)+listSaved(saved)+"; list_insights_configs lists them")
	}
	complete = configs.ReadRequest(saved[at].Config)
	if !given.LastNHours.IsAbsent() || !given.StartTime.IsAbsent() || !given.EndTime.IsAbsent() {
		complete.LastNHours, complete.StartTime, complete.EndTime = given.LastNHours, given.StartTime, given.EndTime
	}
	override(&complete.Sample, given.Sample)
	override(&complete.Filter, given.Filter)
	override(&complete.SummaryPrompt, given.SummaryPrompt)
	override(&complete.ClusterModel, given.ClusterModel)
	override(&complete.SummaryModel, given.SummaryModel)
	if given.Model != nil {
		complete.Model = given.Model
	}
	return complete, !reflect.DeepEqual(complete, configs.ReadRequest(saved[at].Config)), nil
}

// mostConfigs is the maximum number of configs that are suggested for a missing one.
const mostConfigs = 5

// listSaved lists configs that a job can run, as part of a sentence. It returns an empty
// text if there are none.
func listSaved(all []langsmith.Config) string {
	var listed []string
	for _, config := range all {
		if _, isUUID := tool.ParseUUID(config.ID); isUUID && len(listed) < mostConfigs {
			listed = append(listed, markdown.Quote(config.Name, markdown.MaxName)+", config_id "+config.ID)
		}
	}
	if listed == nil {
		return ""
	}
	return "; it has " + strings.Join(listed, "; ")
}

// override replaces a setting of the config by the request's, if there is one.
func override[T any](setting *langsmith.Optional[T], given langsmith.Optional[T]) {
	if !given.IsAbsent() {
		*setting = given
	}
}

// refuseArgument refuses a call for one argument, after a request to LangSmith.
func refuseArgument(name, problem string) error {
	return &tool.ArgumentError{Problems: []langsmith.FieldError{{Field: name, Problem: problem}}, Asked: true}
}
