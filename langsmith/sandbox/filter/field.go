package filter

import (
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// kind is the type of a field's values.
type kind int

const (
	text kind = iota
	number
	seconds // a number that may also be written as a duration, such as "5s"
	moment
	truth
)

// value is the value of a field or of an expression. Only the member of its kind is set.
type value struct {
	null bool
	text string
	num  float64
	time time.Time
	yes  bool
}

// field is a field of a run.
type field struct {
	kind kind
	get  func(*trace.Run) value
}

func newText(s string) value    { return value{text: s, null: s == ""} }
func newNumber(n float64) value { return value{num: n} }
func newTime(t time.Time) value { return value{time: t, null: t.IsZero()} }
func newID(id uuid.UUID) value {
	if id == uuid.Nil {
		return value{null: true}
	}
	return value{text: id.String()}
}

// fields are the documented fields with one value per run.
var fields = map[string]field{
	"id":            {text, func(r *trace.Run) value { return newID(r.ID) }},
	"trace_id":      {text, func(r *trace.Run) value { return newID(r.TraceID) }},
	"parent_run_id": {text, func(r *trace.Run) value { return newID(r.ParentID) }},
	"session_id":    {text, func(r *trace.Run) value { return newID(r.SessionID) }},
	"thread_id":     {text, func(r *trace.Run) value { return newText(r.ThreadID) }},
	"name":          {text, func(r *trace.Run) value { return newText(r.Name) }},
	"run_type":      {text, func(r *trace.Run) value { return newText(r.Type) }},
	"status":        {text, func(r *trace.Run) value { return newText(r.Status) }},
	"error":         {text, func(r *trace.Run) value { return newText(r.Error) }},
	"is_root":       {truth, func(r *trace.Run) value { return value{yes: r.IsRoot()} }},
	"start_time":    {moment, func(r *trace.Run) value { return newTime(r.Start) }},
	"end_time":      {moment, func(r *trace.Run) value { return newTime(r.End) }},
	"total_tokens":  {number, func(r *trace.Run) value { return newNumber(float64(r.TotalTokens())) }},
	"prompt_tokens": {number, func(r *trace.Run) value { return newNumber(float64(r.PromptTokens)) }},
	"completion_tokens": {number, func(r *trace.Run) value {
		return newNumber(float64(r.CompletionTokens))
	}},
	"latency": {seconds, func(r *trace.Run) value {
		took, ended := r.Latency()
		return value{num: took.Seconds(), null: !ended}
	}},
	"total_cost": {number, func(r *trace.Run) value {
		if r.Cost == nil {
			return value{null: true}
		}
		return newNumber(*r.Cost)
	}},
}

// pair is a key-value pair of a run, such as one of its metadata.
type pair struct{ key, val value }

// pairField is the key or the value of a group of pairs.
type pairField struct {
	group string
	kind  kind
	key   bool // the key, not the value
}

// pairFields are the documented fields of pairs. Within one and(...), a key and a value
// apply to the same pair.
var pairFields = map[string]pairField{
	"feedback_key":   {"feedback", text, true},
	"feedback_score": {"feedback", number, false},
	"metadata_key":   {"metadata", text, true},
	"metadata_value": {"metadata", text, false},
	"input_key":      {"input", text, true},
	"input_value":    {"input", text, false},
	"output_key":     {"output", text, true},
	"output_value":   {"output", text, false},
}

func listPairs(r *trace.Run, group string) []pair {
	switch group {
	case "feedback":
		list := make([]pair, 0, len(r.Feedback))
		for key, score := range r.Feedback {
			list = append(list, pair{newText(key), newNumber(score)})
		}
		return list
	case "metadata":
		return jsonPairs(r.Metadata)
	case "input":
		return jsonPairs(r.Inputs)
	default:
		return jsonPairs(r.Outputs)
	}
}

func jsonPairs(held map[string]any) []pair {
	list := make([]pair, 0, len(held))
	for key, v := range held {
		list = append(list, pair{newText(key), value{text: jsonText(v), null: v == nil}})
	}
	return list
}
