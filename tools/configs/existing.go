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
)

// FindExisting returns a saved config that is what a request asks for; nil where
// there is none. With it, a call that is made again saves, and schedules, no second
// one. Of several it is the one to which LangSmith has added least. It also returns the
// project's other configs that have a schedule.
func FindExisting(ctx context.Context, env *tool.Env, project langsmith.Project, request *langsmith.CreateConfigRequest) (existing *langsmith.Config, scheduled []langsmith.Config, err error) {
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, nil, err
	}
	least := 0
	for i := range all {
		if added, ok := matches(&all[i], request); ok && (existing == nil || added < least) {
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

var (
	// notReturned are the fields of a job's request that a saved config does not have.
	notReturned = []string{"config_id", "is_scheduled", "validate_model_secrets"}

	// filledIn are the settings that LangSmith fills in. They do not change which
	// traces are read, nor the price: it saves the categories that it finds, and what
	// it does with the others is not known.
	filledIn = []string{"name", "hierarchy", "partitions", "summary_prompt", "attribute_schemas"}
)

// matches reports whether a saved config is what a request asks for, and how many
// settings LangSmith has added to it.
func matches(saved *langsmith.Config, request *langsmith.CreateConfigRequest) (added int, ok bool) {
	description, _ := request.Description.Get()
	cron, _ := request.ScheduleCron.Get()
	if saved.Prebuilt || saved.Name != request.Name || saved.Description != description ||
		!slices.Equal(strings.Fields(saved.ScheduleCron), strings.Fields(cron)) {
		return 0, false
	}
	var asked, have map[string]any
	encoded, err := json.Marshal(request.Config)
	if err != nil || json.Unmarshal(encoded, &asked) != nil || json.Unmarshal(saved.Config, &have) != nil {
		return 0, false
	}
	for _, name := range notReturned {
		delete(asked, name)
	}
	if asked["model"] == nil {
		asked["model"] = "openai" // the API's default
	}
	for name, value := range asked {
		if !equalValues(value, have[name]) && (value != nil || !slices.Contains(filledIn, name)) {
			return 0, false
		}
	}
	for name, value := range have {
		switch {
		case value == nil || asked[name] != nil:
		case slices.Contains(filledIn, name):
			added++
		default:
			return 0, false
		}
	}
	return added, true
}

// equalValues compares two values of JSON. Two ways to write one time are equal.
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
