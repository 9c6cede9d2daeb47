package tools

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// findTwin looks for a saved config that holds all that a new one would, so that
// a call that is made again does not save, and schedule, a second one. What
// LangSmith filled in besides, such as the categories it found, makes no
// difference.
func (e *Env) findTwin(ctx context.Context, project langsmith.Project, request *langsmith.CreateConfigRequest) (*langsmith.Config, error) {
	all, err := e.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if isTwin(&all[i], request) {
			return &all[i], nil
		}
	}
	return nil, nil
}

// notEchoed are the fields of a job's request that a saved config does not show.
var notEchoed = []string{"config_id", "is_scheduled", "validate_model_secrets"}

func isTwin(saved *langsmith.Config, request *langsmith.CreateConfigRequest) bool {
	description, _ := request.Description.Get()
	cron, _ := request.ScheduleCron.Get()
	if saved.Prebuilt || saved.Name != request.Name || saved.Description != description ||
		strings.Join(strings.Fields(saved.ScheduleCron), " ") != strings.Join(strings.Fields(cron), " ") {
		return false
	}
	var wanted, have map[string]any
	if json.Unmarshal(mustMarshal(request.Config), &wanted) != nil || json.Unmarshal(saved.Config, &have) != nil {
		return false
	}
	for _, name := range notEchoed {
		delete(wanted, name)
	}
	for name, value := range wanted {
		if !alike(value, have[name]) {
			return false
		}
	}
	return true
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
