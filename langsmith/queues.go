package langsmith

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Queue is an annotation queue, in which people review runs.
type Queue struct {
	ID        uuid.UUID `json:"id"`
	TenantID  uuid.UUID `json:"tenant_id"` // its workspace
	Name      string    `json:"name"`
	TotalRuns *int      `json:"total_runs"` // nil for a new queue
}

func (q *Queue) isValid() bool { return q.ID != uuid.Nil }

// FindQueues lists the annotation queues with exactly this name. The API does not
// document that a name is unique, so there may be several.
func (c *Client) FindQueues(ctx context.Context, name string) ([]Queue, error) {
	query := pageQuery(100, 0)
	query.Set("name", name)
	queues, err := getList[Queue](ctx, c, "/annotation-queues", query)
	return slices.DeleteFunc(queues, func(q Queue) bool { return q.Name != name }), err
}

// ListQueues lists annotation queues of the workspace; limit is 1 to 100.
func (c *Client) ListQueues(ctx context.Context, limit int) ([]Queue, error) {
	return getList[Queue](ctx, c, "/annotation-queues", pageQuery(limit, 0))
}

// CreateQueue creates an annotation queue. It is not retried if the first request may
// have succeeded; look for the name instead.
func (c *Client) CreateQueue(ctx context.Context, name, description string) (*Queue, error) {
	return send[Queue](ctx, c, operation{method: http.MethodPost, path: "/annotation-queues", body: struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
	}{name, description}})
}

// QueueRun is a run to add to a queue.
type QueueRun struct {
	RunID     uuid.UUID
	ProjectID uuid.UUID
	StartTime time.Time // of the run
}

// QueueAddition is the result of adding runs to a queue.
type QueueAddition struct {
	Runs []uuid.UUID // those that LangSmith confirms
	// ExtendedRetention reports whether the runs' traces now have extended
	// retention, which costs more. The older route always extends it, as LangSmith
	// documents.
	ExtendedRetention bool
}

// queueItem is an entry of a queue. In the response to added runs, id is the entry's and
// run_id the run's. In the older list, as clients read it, the item is the run and id is
// the run's.
type queueItem struct {
	RunID uuid.UUID `json:"run_id"`
	ID    uuid.UUID `json:"id"`
}

// runIDs lists the runs of items in which id may be the run's.
func runIDs(items []queueItem) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(items))
	for _, item := range items {
		if item.RunID != uuid.Nil {
			ids = append(ids, item.RunID)
		} else if item.ID != uuid.Nil {
			ids = append(ids, item.ID)
		}
	}
	return ids
}

type queueItemsBody struct {
	Items      list[queueItem] `json:"items"`
	NextCursor string          `json:"next_cursor"`
}

func (b *queueItemsBody) isValid() bool { return b.Items.present }

func olderQueuePath(queue uuid.UUID) string { return "/annotation-queues/" + queue.String() + "/runs" }

func queueItemsPath(queue uuid.UUID) string {
	return "/platform/annotation-queues/" + queue.String() + "/items"
}

// AddQueueRuns adds runs to a queue. extendRetention extends the retention of their
// traces, which costs more. It is not documented whether a run can be in a queue twice.
// So the request is retried only if the first surely had no effect, and a caller
// reads the queue's runs with [Client.ListQueueRuns] first.
func (c *Client) AddQueueRuns(ctx context.Context, queue uuid.UUID, runs []QueueRun, extendRetention bool) (*QueueAddition, error) {
	return callEither(c, queueRoutes, versionedOperation[*QueueAddition]{
		current: func() (*QueueAddition, error) { return c.addQueueItems(ctx, queue, runs, extendRetention) },
		older:   func() (*QueueAddition, error) { return c.addQueueRunsOlder(ctx, queue, runs) },
	})
}

func (c *Client) addQueueItems(ctx context.Context, queue uuid.UUID, runs []QueueRun, extendRetention bool) (*QueueAddition, error) {
	type newItem struct {
		ItemType  string    `json:"item_type"`
		RunID     uuid.UUID `json:"run_id"`
		ProjectID uuid.UUID `json:"project_id"`
		StartTime time.Time `json:"start_time,omitzero"`
	}
	items := make([]newItem, len(runs))
	for i, run := range runs {
		items[i] = newItem{"RUN", run.RunID, run.ProjectID, run.StartTime.UTC()}
	}
	body, err := send[queueItemsBody](ctx, c, operation{
		method: http.MethodPost, path: queueItemsPath(queue),
		query: url.Values{"extend_trace_retention": {strconv.FormatBool(extendRetention)}},
		body:  map[string][]newItem{"items": items},
	})
	if err != nil {
		return nil, err
	}
	return &QueueAddition{Runs: runIDs(body.Items.items), ExtendedRetention: extendRetention}, nil
}

func (c *Client) addQueueRunsOlder(ctx context.Context, queue uuid.UUID, runs []QueueRun) (*QueueAddition, error) {
	ids := make([]uuid.UUID, len(runs))
	for i, run := range runs {
		ids[i] = run.RunID
	}
	added, err := send[list[queueItem]](ctx, c, operation{method: http.MethodPost, path: olderQueuePath(queue), body: ids})
	if err != nil {
		return nil, err
	}
	return &QueueAddition{Runs: runIDs(added.items), ExtendedRetention: true}, nil
}

// QueuesOnlyExtendRetention reports whether the endpoint is known to serve only the
// older route, which always extends the retention of added runs.
func (c *Client) QueuesOnlyExtendRetention() bool {
	return c.routes.isAbsent(routeGeneration{endpoint: c.endpoint.api, family: queueRoutes})
}

// QueueContents are the runs that a queue holds.
type QueueContents struct {
	Runs     []uuid.UUID
	Complete bool // false if the queue holds more than were read
}

// ListQueueRuns lists the runs of a queue in every review state. It stops after the page
// that exceeds limit.
func (c *Client) ListQueueRuns(ctx context.Context, queue uuid.UUID, limit int) (*QueueContents, error) {
	return callEither(c, queueRoutes, versionedOperation[*QueueContents]{
		current: func() (*QueueContents, error) { return c.readQueueItems(ctx, queue, limit) },
		older:   func() (*QueueContents, error) { return c.readQueueRunsOlder(ctx, queue, limit) },
	})
}

// reviewStates are the review states of queue items, each of which is listed separately.
// A new item has the first.
var reviewStates = []string{"needs_my_review", "needs_others_review", "archived"}

const queuePageSize = 100

func (c *Client) readQueueItems(ctx context.Context, queue uuid.UUID, limit int) (*QueueContents, error) {
	total, err := get[struct {
		Count *int `json:"count"`
	}](ctx, c, queueItemsPath(queue)+"/count", url.Values{"status": {"all"}})
	if err != nil {
		return nil, err
	}
	held := &QueueContents{Complete: true}
	items := 0 // runs and threads
	for _, state := range reviewStates {
		for cursor := ""; ; {
			if total.Count != nil && items >= *total.Count {
				return held, nil
			}
			query := url.Values{"status": {state}, "page_size": {strconv.Itoa(queuePageSize)}}
			if cursor != "" {
				query.Set("cursor", cursor)
			}
			page, err := get[queueItemsBody](ctx, c, queueItemsPath(queue), query)
			if err != nil {
				return nil, err
			}
			items += len(page.Items.items)
			held.Runs = append(held.Runs, itemRuns(page.Items.items)...)
			if items > limit {
				held.Complete = false
				return held, nil
			}
			if cursor = nextCursor(page.NextCursor, cursor, len(page.Items.items)); cursor == "" {
				break
			}
		}
	}
	return held, nil
}

// itemRuns lists the runs of items, some of which may be threads.
func itemRuns(items []queueItem) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(items))
	for _, item := range items {
		if item.RunID != uuid.Nil {
			ids = append(ids, item.RunID)
		}
	}
	return ids
}

// readQueueRunsOlder reads pages by offset. An empty page is the end.
func (c *Client) readQueueRunsOlder(ctx context.Context, queue uuid.UUID, limit int) (*QueueContents, error) {
	held := &QueueContents{}
	for read := 0; read <= limit; {
		items, err := getList[queueItem](ctx, c, olderQueuePath(queue), pageQuery(queuePageSize, read))
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			held.Complete = true
			break
		}
		read += len(items) // including items without a readable run, so that the offset grows
		held.Runs = append(held.Runs, runIDs(items)...)
	}
	return held, nil
}
