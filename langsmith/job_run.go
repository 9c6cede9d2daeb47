package langsmith

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// JobRun is one run of a cluster. The API does not document the object: the fields
// below are those that clients have seen, and any other field counts as an attribute
// that the job extracted.
type JobRun struct {
	ID         uuid.UUID
	Name       string
	Summary    string
	Status     string
	Error      string
	StartTime  Time
	ThreadID   string          // empty for none
	Inputs     json.RawMessage // a preview
	Outputs    json.RawMessage // a preview
	Attributes Members
}

// ownRunKeys are the keys of LangSmith's run schema, which are not attributes of a job.
var ownRunKeys = []string{
	"id", "name", "summary", "status", "error", "start_time", "end_time", "session_id", "inputs", "outputs",
	"inputs_preview", "outputs_preview", "attributes", "trace_id", "dotted_order", "run_type", "app_path",
	"cluster_id", "cluster_name", "parent_run_id", "tags", "extra", "events", "feedback_stats", "total_tokens",
	"prompt_tokens", "completion_tokens", "total_cost", "prompt_cost", "completion_cost", "first_token_time",
	"thread_id", "latency", "metadata", "reference_example_id", "in_dataset", "share_token", "trace_tier",
}

// UnmarshalJSON implements json.Unmarshaler. It skips a field of an unexpected type, so
// that the page can be read.
func (r *JobRun) UnmarshalJSON(data []byte) error {
	*r = JobRun{}
	if jsontext.Value(data).Kind() != jsontext.KindBeginObject {
		return errors.New("the run is not an object")
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
		{"start_time", &r.StartTime}, {"thread_id", &r.ThreadID}, {"attributes", &r.Attributes},
	} {
		if raw, ok := object[field.key]; ok {
			_ = decode(raw, field.to)
		}
	}
	maps.DeleteFunc(r.Attributes, func(_ string, raw json.RawMessage) bool { return isNull(raw) })
	r.Inputs = firstNonNull(object, "inputs", "inputs_preview")
	r.Outputs = firstNonNull(object, "outputs", "outputs_preview")
	for key, raw := range object {
		if !slices.Contains(ownRunKeys, key) && !isNull(raw) {
			if r.Attributes == nil {
				r.Attributes = Members{}
			}
			r.Attributes[key] = raw
		}
	}
	return nil
}

func firstNonNull(object Members, keys ...string) json.RawMessage {
	for _, key := range keys {
		if raw, ok := object[key]; ok && !isNull(raw) {
			return raw
		}
	}
	return nil
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
