package sandbox

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// settings configure a job. They have every field, as the API returns a config.
type settings struct {
	Name             *string           `json:"name"`
	LastNHours       *int              `json:"last_n_hours"`
	StartTime        *string           `json:"start_time"`
	EndTime          *string           `json:"end_time"`
	Hierarchy        []int             `json:"hierarchy"`
	Partitions       map[string]string `json:"partitions"`
	Sample           *json.Number      `json:"sample"`
	SummaryPrompt    *string           `json:"summary_prompt"`
	Filter           *string           `json:"filter"`
	AttributeSchemas map[string]any    `json:"attribute_schemas"`
	UserContext      map[string]string `json:"user_context"`
	Model            string            `json:"model"`
	ClusterModel     *string           `json:"cluster_model"`
	SummaryModel     *string           `json:"summary_model"`
}

// jobRequest has the fields of a create request that are not settings.
type jobRequest struct {
	configID        *uuid.UUID
	scheduled       bool
	validateSecrets bool
}

func readJobRequest(f *validationErrors, o object) jobRequest {
	r := jobRequest{validateSecrets: true}
	readField(f, o, "config_id", &r.configID, pointer(asUUID))
	readField(f, o, "is_scheduled", &r.scheduled, asBool)
	readField(f, o, "validate_model_secrets", &r.validateSecrets, asBool)
	return r
}

// overlay overrides the settings with the fields of an object.
func (s *settings) overlay(f *validationErrors, o object) {
	readField(f, o, "name", &s.Name, pointer(asString))
	if o.has("last_n_hours") || o.has("start_time") || o.has("end_time") {
		s.LastNHours, s.StartTime, s.EndTime = nil, nil, nil // a window replaces the whole window
	}
	readField(f, o, "last_n_hours", &s.LastNHours, pointer(asInt))
	readField(f, o, "start_time", &s.StartTime, pointer(asTimeText))
	readField(f, o, "end_time", &s.EndTime, pointer(asTimeText))
	readField(f, o, "hierarchy", &s.Hierarchy, nullable(asList(asInt)))
	readField(f, o, "partitions", &s.Partitions, nullable(asPartitions))
	readField(f, o, "sample", &s.Sample, pointer(asWrittenNumber))
	readField(f, o, "summary_prompt", &s.SummaryPrompt, pointer(asString))
	readField(f, o, "filter", &s.Filter, pointer(asString))
	readField(f, o, "attribute_schemas", &s.AttributeSchemas, nullable(asMap(asAnything)))
	readField(f, o, "user_context", &s.UserContext, nullable(asMap(asString)))
	readField(f, o, "model", &s.Model, asOneOf("openai", "anthropic"))
	readField(f, o, "cluster_model", &s.ClusterModel, pointer(asString))
	readField(f, o, "summary_model", &s.SummaryModel, pointer(asString))
}

// maxPartitions is the API's bound, stated in its schema.
const maxPartitions = 10

func asPartitions(f *validationErrors, loc []any, value any) map[string]string {
	read := asMap(asString)(f, loc, value)
	if len(read) > maxPartitions {
		f.add(loc, "too_long", "Dictionary should have at most %d items after validation, not %d", maxPartitions, len(read))
	}
	return read
}

// asWrittenNumber checks a number and returns it as it was written.
func asWrittenNumber(f *validationErrors, loc []any, value any) json.Number {
	asNumber(f, loc, value)
	n, _ := value.(json.Number)
	return n
}

// window returns the time range of a job's traces. A zero to means no end.
func (s *settings) window(now time.Time) (from, to time.Time) {
	switch {
	case s.LastNHours != nil:
		hours := min(*s.LastNHours, maxHours)
		return now.Add(-time.Duration(hours) * time.Hour), time.Time{}
	case s.StartTime != nil:
		from = moment(*s.StartTime)
		if s.EndTime != nil {
			to = moment(*s.EndTime)
		}
		return from, to
	}
	return now.Add(-defaultWindow), time.Time{}
}

// moment parses a time that has been checked.
func moment(text string) time.Time {
	return asTime(&validationErrors{}, nil, text)
}

const (
	defaultWindow = 7 * 24 * time.Hour
	maxHours      = 24 * 365 * 100 // keeps a hostile number inside a time.Duration
)
