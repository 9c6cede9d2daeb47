package langsmith

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// Run is one run of a trace, from either generation of routes.
type Run struct {
	ID        uuid.UUID
	Name      string
	Type      string // tool, chain, llm, retriever, embedding, prompt or parser, in lower case
	Status    string // success, error or pending, in lower case
	Error     string
	StartTime Time
	EndTime   Time
	Latency   Number // seconds; see [Run.LatencySeconds]
	TotalCost Number // US dollars
	ProjectID uuid.UUID
	TraceID   uuid.UUID
	ParentID  uuid.UUID // uuid.Nil for a root run
	ThreadID  string    // empty for none
	Tags      List[string]
	Metadata  json.RawMessage // an object; nil for none
	Inputs    json.RawMessage
	Outputs   json.RawMessage
}

func (r *Run) isValid() bool { return r.ID != uuid.Nil }

// IsRoot reports whether the run is the root of its trace, as far as its fields show.
func (r *Run) IsRoot() bool {
	return r.ParentID == uuid.Nil && (r.TraceID == r.ID || r.TraceID == uuid.Nil)
}

// LatencySeconds returns how long the run took, and whether that is known. The older
// routes return the start and the end only.
func (r *Run) LatencySeconds() (float64, bool) {
	if latency, ok := r.Latency.Get(); ok {
		return latency, true
	}
	if r.StartTime.IsZero() || r.EndTime.IsZero() || r.EndTime.Before(r.StartTime.Time) {
		return 0, false
	}
	return r.EndTime.Sub(r.StartTime.Time).Seconds(), true
}

// runBody is a run as either generation of routes writes it. The newer one renames
// session_id and parent_run_id, and has metadata and latency as fields.
type runBody struct {
	ID             uuid.UUID       `json:"id"`
	Name           string          `json:"name"`
	RunType        string          `json:"run_type"`
	Status         string          `json:"status"`
	Error          string          `json:"error"`
	ErrorPreview   string          `json:"error_preview"`
	StartTime      Time            `json:"start_time"`
	EndTime        Time            `json:"end_time"`
	LatencySeconds Number          `json:"latency_seconds"`
	TotalCost      Number          `json:"total_cost"`
	ProjectID      uuid.UUID       `json:"project_id"`
	SessionID      uuid.UUID       `json:"session_id"`
	TraceID        uuid.UUID       `json:"trace_id"`
	ParentRunID    uuid.UUID       `json:"parent_run_id"`
	ParentRunIDs   List[uuid.UUID] `json:"parent_run_ids"` // from the root down to the parent
	ThreadID       string          `json:"thread_id"`
	Tags           List[string]    `json:"tags"`
	Metadata       json.RawMessage `json:"metadata"`
	Extra          Members         `json:"extra"`
	Inputs         json.RawMessage `json:"inputs"`
	Outputs        json.RawMessage `json:"outputs"`
}

// UnmarshalJSON implements json.Unmarshaler. It skips a field whose type is not the
// documented one.
func (r *Run) UnmarshalJSON(data []byte) error {
	var body runBody
	if err := decode(data, &body); err != nil {
		return err
	}
	*r = Run{
		ID: body.ID, Name: body.Name,
		Type: strings.ToLower(body.RunType), Status: strings.ToLower(body.Status),
		Error: body.Error, StartTime: body.StartTime, EndTime: body.EndTime,
		Latency: body.LatencySeconds, TotalCost: body.TotalCost,
		ProjectID: body.ProjectID, TraceID: body.TraceID, ParentID: body.ParentRunID,
		ThreadID: body.ThreadID, Tags: body.Tags, Metadata: body.Metadata,
		Inputs: body.Inputs, Outputs: body.Outputs,
	}
	if r.Error == "" {
		r.Error = body.ErrorPreview
	}
	if r.ProjectID == uuid.Nil {
		r.ProjectID = body.SessionID
	}
	if n := len(body.ParentRunIDs); r.ParentID == uuid.Nil && n > 0 {
		r.ParentID = body.ParentRunIDs[n-1]
	}
	if isEmptyObject(r.Metadata) {
		r.Metadata = body.Extra["metadata"]
	}
	if isEmptyObject(r.Metadata) {
		r.Metadata = nil
	}
	if r.ThreadID == "" {
		r.ThreadID = findThreadID(r.Metadata)
	}
	return nil
}

func isEmptyObject(raw json.RawMessage) bool {
	var object Members
	return object.UnmarshalJSON(raw) != nil || len(object) == 0
}

// findThreadID reads the thread from the metadata keys by which LangSmith groups runs
// into threads, for routes that do not return the thread.
func findThreadID(metadata json.RawMessage) string {
	var keys Members
	if keys.UnmarshalJSON(metadata) != nil {
		return ""
	}
	for _, key := range []string{"session_id", "conversation_id", "thread_id"} {
		var thread string
		if json.Unmarshal(keys[key], &thread) == nil && thread != "" {
			return thread
		}
	}
	return ""
}
