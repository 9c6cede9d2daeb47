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

// The bounds of one batch of runs.
const (
	MaxBatchRuns  = 100
	MaxBatchBytes = 20_000_000
)

// NewTrace is a trace of a single run, to be sent to a project.
type NewTrace struct {
	ID        uuid.UUID // chosen by the caller, so that sending the trace again has no effect
	ProjectID uuid.UUID
	Name      string
	RunType   string // such as chain
	StartTime time.Time
	EndTime   time.Time
	Inputs    any // marshalled as JSON, an object
	Outputs   any // marshalled as JSON, an object
}

// MarshalJSON implements json.Marshaler. It writes the trace's only run.
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
		StartTime: t.StartTime.UTC().Format(ingestTimeLayout), EndTime: t.EndTime.UTC().Format(ingestTimeLayout),
	})
}

// ingestTimeLayout has microseconds, like the dotted order of a run.
const ingestTimeLayout = "2006-01-02T15:04:05.000000Z"

// dottedOrder returns the key by which LangSmith sorts the runs of a trace. For a root
// run it is the start time in microseconds, without punctuation, and the id.
func dottedOrder(start time.Time, id uuid.UUID) string {
	return strings.Replace(start.UTC().Format("20060102T150405.000000Z"), ".", "", 1) + id.String()
}

// IngestTraces sends traces to LangSmith in batches. It returns how many of them,
// counted from the first, have surely arrived: all of them if there is no error. A
// trace that LangSmith already has counts as arrived, so a caller can repeat a call
// that failed. New traces can be queried after some seconds.
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
		accepted, err := c.ingestBatch(ctx, batch)
		arrived += accepted
		if err != nil {
			return arrived, err
		}
	}
	return arrived, nil
}

// batchOverhead is the size of a batch without runs, in bytes.
const batchOverhead = len(`{"post":[]}`)

// batchLength returns how many of the runs fit into one batch, at least one.
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
		method: http.MethodPost, root: unversionedRoot, path: "/runs/batch", repeatable: true,
		body: map[string][]json.RawMessage{"post": batch},
	}
}

// ingestBatch sends one batch. LangSmith responds with 409 if it already has one of the
// runs. What it does with the other runs of the batch is not documented, so each is then
// sent in a batch of its own.
func (c *Client) ingestBatch(ctx context.Context, batch []json.RawMessage) (int, error) {
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
		if _, err := c.ingestBatch(ctx, batch[i:i+1]); err != nil {
			return i, err
		}
	}
	return len(batch), nil
}
