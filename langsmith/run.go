package langsmith

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// Run is one run of a trace, whichever generation of LangSmith's routes it came
// by: status and type are in lower case.
type Run struct {
	ID        uuid.UUID
	Name      string
	Type      string // tool, chain, llm, retriever, embedding, prompt or parser
	Status    string // success, error or pending
	Error     string
	StartTime Time
	EndTime   Time
	Latency   Number // seconds; see [Run.LatencySeconds]
	TotalCost Number // US dollars
	ProjectID uuid.UUID
	TraceID   uuid.UUID
	ParentID  uuid.UUID // uuid.Nil for a root run
	ThreadID  string    // of the conversation; empty for none
	Tags      List[string]
	Metadata  json.RawMessage // an object; nil for none
	Inputs    json.RawMessage
	Outputs   json.RawMessage
}

func (r *Run) recognized() bool { return r.ID != uuid.Nil }

// IsRoot reports whether the run is its trace's root, as far as is known.
func (r *Run) IsRoot() bool {
	return r.ParentID == uuid.Nil && (r.TraceID == r.ID || r.TraceID == uuid.Nil)
}

// LatencySeconds is how long the run took, and whether that is known. The older
// routes give its start and end only.
func (r *Run) LatencySeconds() (float64, bool) {
	if latency, ok := r.Latency.Get(); ok {
		return latency, true
	}
	if r.StartTime.IsZero() || r.EndTime.IsZero() || r.EndTime.Before(r.StartTime.Time) {
		return 0, false
	}
	return r.EndTime.Sub(r.StartTime.Time).Seconds(), true
}

// runBody is a run as either generation writes it: the newer routes renamed
// session_id and parent_run_id, and lifted metadata and latency to the top.
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

// UnmarshalJSON implements json.Unmarshaler; a field of another type than the
// documented one is left out.
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
		r.ThreadID = threadOf(r.Metadata)
	}
	return nil
}

func isEmptyObject(raw json.RawMessage) bool {
	var object Members
	return object.UnmarshalJSON(raw) != nil || len(object) == 0
}

// threadOf reads the thread from the metadata keys by which LangSmith groups
// runs into threads, for routes that do not give it themselves.
func threadOf(metadata json.RawMessage) string {
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
