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

// FindTwin looks for a saved config that is what a new one would be, so that a
// call that is made again does not save, and schedule, a second one. Of several
// it returns the one to which LangSmith has added least.
func FindTwin(ctx context.Context, env *tool.Env, project langsmith.Project, request *langsmith.CreateConfigRequest) (*langsmith.Config, error) {
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, err
	}
	var twin *langsmith.Config
	least := 0
	for i := range all {
		if added, ok := addedTo(&all[i], request); ok && (twin == nil || added < least) {
			twin, least = &all[i], added
		}
	}
	return twin, nil
}

var (
	// notEchoed are the fields of a job's request that a saved config does not show.
	notEchoed = []string{"config_id", "is_scheduled", "validate_model_secrets"}

	// filledIn are the settings that a saved config always shows and that do not
	// change which traces are read, nor at what price: LangSmith saves the
	// categories that it finds, and what it does with the others is not known.
	filledIn = []string{"name", "hierarchy", "partitions", "summary_prompt", "attribute_schemas"}
)

// addedTo reports whether a saved config is what a request asks for, and how
// many settings LangSmith has added.
func addedTo(saved *langsmith.Config, request *langsmith.CreateConfigRequest) (added int, ok bool) {
	description, _ := request.Description.Get()
	cron, _ := request.ScheduleCron.Get()
	if saved.Prebuilt || saved.Name != request.Name || saved.Description != description ||
		!slices.Equal(strings.Fields(saved.ScheduleCron), strings.Fields(cron)) {
		return 0, false
	}
	var wanted, have map[string]any
	asked, err := json.Marshal(request.Config)
	if err != nil || json.Unmarshal(asked, &wanted) != nil || json.Unmarshal(saved.Config, &have) != nil {
		return 0, false
	}
	for _, name := range notEchoed {
		delete(wanted, name)
	}
	if wanted["model"] == nil {
		wanted["model"] = "openai" // the API's default
	}
	for name, value := range wanted {
		if !alike(value, have[name]) && (value != nil || !slices.Contains(filledIn, name)) {
			return 0, false
		}
	}
	for name, value := range have {
		switch {
		case value == nil || wanted[name] != nil:
		case slices.Contains(filledIn, name):
			added++
		default:
			return 0, false
		}
	}
	return added, true
}

// alike compares two values of JSON; one moment written in two ways is the same.
func alike(a, b any) bool {
	textA, isA := a.(string)
	textB, isB := b.(string)
	if isA && isB && textA != textB {
		timeA, errA := time.Parse(time.RFC3339, textA)
		timeB, errB := time.Parse(time.RFC3339, textB)
		return errA == nil && errB == nil && timeA.Equal(timeB)
	}
	return reflect.DeepEqual(a, b)
}
