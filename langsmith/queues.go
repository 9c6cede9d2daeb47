package langsmith

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// Queue is an annotation queue, in which people review runs.
type Queue struct {
	ID        uuid.UUID `json:"id"`
	TenantID  uuid.UUID `json:"tenant_id"` // its workspace
	Name      string    `json:"name"`
	TotalRuns *int      `json:"total_runs"` // nil for a queue just made
}

func (q *Queue) recognized() bool { return q.ID != uuid.Nil }

// FindQueues lists the annotation queues that have exactly this name. The API
// does not say that a name is unique, so there may be several.
func (c *Client) FindQueues(ctx context.Context, name string) ([]Queue, error) {
	query := page(100, 0)
	query.Set("name", name)
	queues, err := all[Queue](ctx, c, "/annotation-queues", query)
	return slices.DeleteFunc(queues, func(q Queue) bool { return q.Name != name }), err
}

// CreateQueue makes an annotation queue. It is not sent again where it may have
// worked: look for the name instead.
func (c *Client) CreateQueue(ctx context.Context, name, description string) (*Queue, error) {
	return send[Queue](ctx, c, operation{method: http.MethodPost, path: "/annotation-queues", body: struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
	}{name, description}})
}

func queueRunsPath(queue uuid.UUID) string { return "/annotation-queues/" + queue.String() + "/runs" }

// queuedRun is an entry of a queue. When runs are added its id is the entry's
// and run_id the run's; in the list, as clients read it, the run is all there
// is and id its own.
type queuedRun struct {
	RunID uuid.UUID `json:"run_id"`
	ID    uuid.UUID `json:"id"`
}

func runIDs(entries []queuedRun) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(entries))
	for _, entry := range entries {
		if entry.RunID != uuid.Nil {
			ids = append(ids, entry.RunID)
		} else {
			ids = append(ids, entry.ID)
		}
	}
	return ids
}

// ListQueueRuns lists the ids of the runs that a queue holds; limit is 1 to 100.
// The API gives no total: an empty page is the end.
func (c *Client) ListQueueRuns(ctx context.Context, queue uuid.UUID, limit, offset int) ([]uuid.UUID, error) {
	entries, err := all[queuedRun](ctx, c, queueRunsPath(queue), page(limit, offset))
	if err != nil {
		return nil, err
	}
	return runIDs(entries), nil
}

// AddQueueRuns puts runs into a queue and returns the ids of those that
// LangSmith confirms. It moves their traces to extended retention, at a higher
// price. Whether a run added twice is there twice is not known: so it is sent
// again only where the first request surely had no effect, and a caller reads
// with [Client.ListQueueRuns] what is there already.
func (c *Client) AddQueueRuns(ctx context.Context, queue uuid.UUID, runs []uuid.UUID) ([]uuid.UUID, error) {
	entries, err := send[[]queuedRun](ctx, c, operation{method: http.MethodPost, path: queueRunsPath(queue), body: runs})
	if err != nil {
		return nil, err
	}
	return runIDs(*entries), nil
}
