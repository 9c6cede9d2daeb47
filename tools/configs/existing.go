package configs

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// FindExisting returns the saved config that equals a request, nil if there is none, so
// that a repeated call saves no second config. Of several it returns the one with the
// fewest added settings. It also returns the project's other configs with a schedule.
func FindExisting(ctx context.Context, env *tool.Env, project langsmith.Project, request *langsmith.CreateConfigRequest) (existing *langsmith.Config, scheduled []langsmith.Config, err error) {
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, nil, err
	}
	least := 0
	for i := range all {
		if added, ok := matchConfig(&all[i], request); ok && (existing == nil || added < least) {
			existing, least = &all[i], added
		}
	}
	for i := range all {
		if all[i].ScheduleCron != "" && &all[i] != existing {
			scheduled = append(scheduled, all[i])
		}
	}
	return existing, scheduled, nil
}

// RefuseSecondSchedule refuses a config with a schedule if another one has its name and a
// schedule too. Both would spend, and the caller may mean to change the other.
func RefuseSecondSchedule(project langsmith.Project, name string, scheduled []langsmith.Config) error {
	i := slices.IndexFunc(scheduled, func(config langsmith.Config) bool { return config.Name == name })
	if i < 0 {
		return nil
	}
	views := newViews(scheduled[i : i+1])
	return tool.Refuse("A config of this name already has a schedule: %s. A second one would cost as much again.\nTo change it, call %s with the changes. To have both, give this one another name.\nNothing was saved.",
		listSchedules(views)[0], wording.Call("update_insights_config", "session_id", project.ID, "config_id", QuoteID(scheduled[i].ID)))
}

// defaultModel is the model of a config without one.
const defaultModel = "openai"

var (
	// notReturned are the fields of a job's request that a saved config does not have.
	notReturned = []string{"config_id", "is_scheduled", "validate_model_secrets"}

	// addedByLangSmith are the settings that LangSmith adds. They do not change which
	// traces are read, nor the price: it saves the categories that it finds, and what
	// it does with the others is unknown.
	addedByLangSmith = []string{"name", "hierarchy", "partitions", "summary_prompt", "attribute_schemas"}
)

// matchConfig reports whether a saved config equals a request, and returns the number of
// settings that LangSmith has added to it.
func matchConfig(saved *langsmith.Config, request *langsmith.CreateConfigRequest) (added int, ok bool) {
	description, _ := request.Description.Get()
	cron, _ := request.ScheduleCron.Get()
	if saved.Prebuilt || saved.Name != request.Name || saved.Description != description ||
		!slices.Equal(strings.Fields(saved.ScheduleCron), strings.Fields(cron)) {
		return 0, false
	}
	var requested, settings map[string]any
	encoded, err := json.Marshal(request.Config)
	if err != nil || json.Unmarshal(encoded, &requested) != nil || json.Unmarshal(saved.Config, &settings) != nil {
		return 0, false
	}
	for _, name := range notReturned {
		delete(requested, name)
	}
	if requested["model"] == nil {
		requested["model"] = defaultModel
	}
	for name, value := range requested {
		if !equalValues(value, settings[name]) && (value != nil || !slices.Contains(addedByLangSmith, name)) {
			return 0, false
		}
	}
	for name, value := range settings {
		switch {
		case value == nil || requested[name] != nil:
		case slices.Contains(addedByLangSmith, name):
			added++
		default:
			return 0, false
		}
	}
	return added, true
}

// equalValues compares two JSON values. Two ways to write one time are equal.
func equalValues(a, b any) bool {
	textA, isA := a.(string)
	textB, isB := b.(string)
	if isA && isB && textA != textB {
		timeA, errA := time.Parse(time.RFC3339, textA)
		timeB, errB := time.Parse(time.RFC3339, textB)
		return errA == nil && errB == nil && timeA.Equal(timeB)
	}
	return reflect.DeepEqual(a, b)
}
