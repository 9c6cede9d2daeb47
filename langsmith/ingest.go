package langsmith

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// What one batch of runs may hold.
const (
	MaxBatchRuns  = 100
	MaxBatchBytes = 20_000_000
)

// NewTrace is a trace of a single run, to be put into a project.
type NewTrace struct {
	ID        uuid.UUID // the caller's: it makes sending the trace again harmless
	ProjectID uuid.UUID
	Name      string
	RunType   string // such as chain
	StartTime time.Time
	EndTime   time.Time
	Inputs    any // marshalled as JSON, an object
	Outputs   any // marshalled as JSON, an object
}

// MarshalJSON implements json.Marshaler: the trace as its only run.
func (t NewTrace) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		ID          uuid.UUID `json:"id"`
		TraceID     uuid.UUID `json:"trace_id"`
		DottedOrder string    `json:"dotted_order"`
		Name        string    `json:"name"`
		RunType     string    `json:"run_type"`
		SessionID   uuid.UUID `json:"session_id"`
		Inputs      any       `json:"inputs"`
		Outputs     any       `json:"outputs"`
		StartTime   string    `json:"start_time"`
		EndTime     string    `json:"end_time"`
	}{
		ID: t.ID, TraceID: t.ID, DottedOrder: dottedOrder(t.StartTime, t.ID),
		Name: t.Name, RunType: t.RunType, SessionID: t.ProjectID,
		Inputs: t.Inputs, Outputs: t.Outputs,
		StartTime: t.StartTime.UTC().Format(ingestTime), EndTime: t.EndTime.UTC().Format(ingestTime),
	})
}

// ingestTime has the microseconds that a dotted order has, so that the two agree.
const ingestTime = "2006-01-02T15:04:05.000000Z"

// dottedOrder is where LangSmith sorts a run into its trace: for a root run its
// start, in microseconds and without punctuation, and its id.
func dottedOrder(start time.Time, id uuid.UUID) string {
	return strings.Replace(start.UTC().Format("20060102T150405.000000Z"), ".", "", 1) + id.String()
}

// IngestTraces puts traces into LangSmith, in as many batches as it takes, and
// returns how many of them, counted from the first, have surely arrived; that
// is all of them where there is no error. A trace that LangSmith has already
// counts as arrived, so a call that broke off is simply made again. It takes
// some seconds until fresh traces can be queried.
func (c *Client) IngestTraces(ctx context.Context, traces []NewTrace) (arrived int, err error) {
	runs := make([]json.RawMessage, len(traces))
	for i, trace := range traces {
		if runs[i], err = marshal(trace); err != nil {
			return 0, batchOperation(nil).refuse(fmt.Errorf("encode trace %d: %w", i+1, err))
		}
		if len(runs[i]) > MaxBatchBytes-batchOverhead {
			return 0, batchOperation(nil).refuse(fmt.Errorf("trace %d has %d bytes; at most %d are allowed", i+1, len(runs[i]), MaxBatchBytes))
		}
	}
	for arrived < len(runs) {
		batch := runs[arrived : arrived+batchLength(runs[arrived:])]
		taken, err := c.ingest(ctx, batch)
		arrived += taken
		if err != nil {
			return arrived, err
		}
	}
	return arrived, nil
}

// batchOverhead is what surrounds the runs of a batch, in bytes.
const batchOverhead = len(`{"post":[]}`)

// batchLength is how many of the runs fit into one batch, at least one.
func batchLength(runs []json.RawMessage) int {
	size := batchOverhead
	for i, run := range runs {
		size += len(run) + len(",")
		if i == MaxBatchRuns || i > 0 && size > MaxBatchBytes {
			return i
		}
	}
	return len(runs)
}

func batchOperation(batch []json.RawMessage) operation {
	return operation{
		method: http.MethodPost, root: besideRoot, path: "/runs/batch", repeatable: true,
		body: map[string][]json.RawMessage{"post": batch},
	}
}

// ingest sends one batch. LangSmith answers 409 where it has received a run
// before; what it did with the others of the batch is not documented, so each
// is then sent alone.
func (c *Client) ingest(ctx context.Context, batch []json.RawMessage) (int, error) {
	_, err := send[map[string]json.RawMessage](ctx, c, batchOperation(batch))
	var refused *Error
	switch {
	case err == nil:
		return len(batch), nil
	case !errors.As(err, &refused) || refused.Status != http.StatusConflict:
		return 0, err
	case len(batch) == 1:
		return 1, nil
	}
	for i := range batch {
		if _, err := c.ingest(ctx, batch[i:i+1]); err != nil {
			return i, err
		}
	}
	return len(batch), nil
}
