package langsmith

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// JobRun is one run behind a cluster. The API leaves the object untyped: the
// fields below are those that clients have seen, and whatever else the object
// holds counts as an attribute that the job extracted.
type JobRun struct {
	ID         uuid.UUID
	Name       string
	Summary    string
	Status     string
	Error      string
	StartTime  Time
	SessionID  uuid.UUID
	Inputs     json.RawMessage // a preview
	Outputs    json.RawMessage // a preview
	Attributes Members
}

// notAttributes are the keys of a run that are part of LangSmith's own run
// schema, and so no attribute of a job.
var notAttributes = []string{
	"id", "name", "summary", "status", "error", "start_time", "end_time", "session_id", "inputs", "outputs",
	"inputs_preview", "outputs_preview", "attributes", "trace_id", "dotted_order", "run_type", "app_path",
	"cluster_id", "cluster_name", "parent_run_id", "tags", "extra", "events", "feedback_stats", "total_tokens",
	"prompt_tokens", "completion_tokens", "total_cost", "prompt_cost", "completion_cost", "first_token_time",
	"thread_id", "latency", "metadata", "reference_example_id", "in_dataset", "share_token", "trace_tier",
}

// UnmarshalJSON implements json.Unmarshaler; a field of another type than the
// expected one is left out rather than failing the page.
func (r *JobRun) UnmarshalJSON(data []byte) error {
	*r = JobRun{}
	if jsontext.Value(data).Kind() != jsontext.KindBeginObject {
		return errors.New("a run is no object")
	}
	var object Members
	if err := object.UnmarshalJSON(data); err != nil {
		return err
	}
	for _, field := range []struct {
		key string
		to  any
	}{
		{"id", &r.ID}, {"name", &r.Name}, {"summary", &r.Summary}, {"status", &r.Status}, {"error", &r.Error},
		{"start_time", &r.StartTime}, {"session_id", &r.SessionID}, {"attributes", &r.Attributes},
	} {
		if raw, ok := object[field.key]; ok {
			_ = decode(raw, field.to)
		}
	}
	maps.DeleteFunc(r.Attributes, func(_ string, raw json.RawMessage) bool { return isNull(raw) })
	r.Inputs = firstRaw(object, "inputs", "inputs_preview")
	r.Outputs = firstRaw(object, "outputs", "outputs_preview")
	for key, raw := range object {
		if !slices.Contains(notAttributes, key) && !isNull(raw) {
			if r.Attributes == nil {
				r.Attributes = Members{}
			}
			r.Attributes[key] = raw
		}
	}
	return nil
}

func firstRaw(object Members, keys ...string) json.RawMessage {
	for _, key := range keys {
		if raw, ok := object[key]; ok && !isNull(raw) {
			return raw
		}
	}
	return nil
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
