package langsmith

import (
	"context"
	"encoding/json"
	"fmt"
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

func (r *Run) recognized() bool { return r.ID != uuid.Nil }

// GetRun fetches one run with its inputs and outputs.
func (c *Client) GetRun(ctx context.Context, run uuid.UUID) (*Run, error) {
	return get[Run](ctx, c, "/runs/"+run.String(), url.Values{"exclude_serialized": {"true"}})
}

// MaxRunsByID is how many runs one request fetches at most.
const MaxRunsByID = 100

type runsBody struct {
	Runs list[Run] `json:"runs"`
}

func (b *runsBody) recognized() bool { return b.Runs.present }

// RunsByID fetches up to [MaxRunsByID] runs of a project, without their inputs
// and outputs, with one request; LangSmith allows far fewer requests for single
// runs. Runs that are gone are left out.
func (c *Client) RunsByID(ctx context.Context, project uuid.UUID, ids []uuid.UUID) ([]Run, error) {
	op := operation{
		method: http.MethodPost, path: "/runs/query", repeatable: true,
		body: map[string]any{
			"session": []uuid.UUID{project},
			"id":      ids,
			"limit":   len(ids),
			"select":  []string{"id", "name", "run_type", "status", "error", "start_time", "end_time", "session_id", "trace_id"},
		},
	}
	switch {
	case len(ids) == 0:
		return nil, nil // the API takes no ids for every run
	case len(ids) > MaxRunsByID:
		return nil, op.refuse(fmt.Errorf("%d runs asked for at once; at most %d are allowed", len(ids), MaxRunsByID))
	}
	body, err := send[runsBody](ctx, c, op)
	if err != nil {
		return nil, err
	}
	return body.Runs.items, nil
}
