package langsmith

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/google/uuid"
)

// Run is one run of a trace.
type Run struct {
	ID        uuid.UUID       `json:"id"`
	Name      string          `json:"name"`
	RunType   string          `json:"run_type"`
	Status    string          `json:"status"`
	Error     string          `json:"error"`
	StartTime Time            `json:"start_time"`
	EndTime   Time            `json:"end_time"`
	TotalCost Number          `json:"total_cost"` // US dollars
	SessionID uuid.UUID       `json:"session_id"`
	TraceID   uuid.UUID       `json:"trace_id"`
	Inputs    json.RawMessage `json:"inputs"`
	Outputs   json.RawMessage `json:"outputs"`
}

// GetRun fetches one run with its inputs and outputs.
func (c *Client) GetRun(ctx context.Context, run uuid.UUID) (*Run, error) {
	return get[Run](ctx, c, "/runs/"+run.String(), url.Values{"exclude_serialized": {"true"}})
}

// RunsByID fetches up to 100 runs of a project with one request; LangSmith
// allows far fewer requests for single runs. Runs that are gone are left out.
func (c *Client) RunsByID(ctx context.Context, project uuid.UUID, ids []uuid.UUID) ([]Run, error) {
	body, err := send[struct {
		Runs []Run `json:"runs"`
	}](ctx, c, operation{method: http.MethodPost, path: "/runs/query", body: map[string]any{
		"session": []uuid.UUID{project},
		"id":      ids,
		"limit":   min(max(len(ids), 1), 100),
		"select":  []string{"id", "name", "run_type", "status", "error", "start_time", "end_time", "session_id", "trace_id"},
	}})
	if err != nil {
		return nil, err
	}
	return body.Runs, nil
}
