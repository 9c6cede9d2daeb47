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

// ListQueues lists annotation queues of the workspace; limit is 1 to 100.
func (c *Client) ListQueues(ctx context.Context, limit int) ([]Queue, error) {
	return all[Queue](ctx, c, "/annotation-queues", page(limit, 0))
}

// CreateQueue makes an annotation queue. It is not sent again where it may have
// worked: look for the name instead.
func (c *Client) CreateQueue(ctx context.Context, name, description string) (*Queue, error) {
	return send[Queue](ctx, c, operation{method: http.MethodPost, path: "/annotation-queues", body: struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
	}{name, description}})
}

// QueueRun is a run to be put into a queue.
type QueueRun struct {
	RunID     uuid.UUID
	ProjectID uuid.UUID
	StartTime time.Time // when the run started
}

// QueueAddition is what became of runs that were put into a queue.
type QueueAddition struct {
	Runs []uuid.UUID // those that LangSmith confirms
	// ExtendedRetention is whether the runs' traces are now kept at extended
	// retention, at a higher price. The older route always extends it, by
	// LangSmith's documentation.
	ExtendedRetention bool
}

// queueItem is an entry of a queue. When runs are added its id is the entry's
// and run_id the run's; in the older list, as clients read it, the run is all
// there is and id its own.
type queueItem struct {
	RunID uuid.UUID `json:"run_id"`
	ID    uuid.UUID `json:"id"`
}

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

func (b *queueItemsBody) recognized() bool { return b.Items.present }

func olderQueuePath(queue uuid.UUID) string { return "/annotation-queues/" + queue.String() + "/runs" }

func queueItemsPath(queue uuid.UUID) string {
	return "/platform/annotation-queues/" + queue.String() + "/items"
}

// AddQueueRuns puts runs into a queue. extendRetention asks for their traces to
// be kept longer, at a higher price. Whether a run added twice is there twice is
// not known: so the request is sent again only where the first surely had no
// effect, and a caller reads with [Client.QueueRuns] what is there already.
func (c *Client) AddQueueRuns(ctx context.Context, queue uuid.UUID, runs []QueueRun, extendRetention bool) (*QueueAddition, error) {
	return serveEither(c, queueRoutes, eitherRoute[*QueueAddition]{
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

// QueuesExtendRetention reports whether the endpoint is known to serve only the
// older route, by which adding runs always extends their retention.
func (c *Client) QueuesExtendRetention() bool {
	return c.routes.isAbsent(routeGeneration{endpoint: c.endpoint.api, family: queueRoutes})
}

// HeldRuns are the runs that a queue holds.
type HeldRuns struct {
	Runs     []uuid.UUID
	Complete bool // false where the queue holds more than were read
}

// QueueRuns reads which runs a queue holds, in whichever state of review, up to
// so many, with as many requests as that takes.
func (c *Client) QueueRuns(ctx context.Context, queue uuid.UUID, most int) (*HeldRuns, error) {
	return serveEither(c, queueRoutes, eitherRoute[*HeldRuns]{
		current: func() (*HeldRuns, error) { return c.readQueueItems(ctx, queue, most) },
		older:   func() (*HeldRuns, error) { return c.readQueueRunsOlder(ctx, queue, most) },
	})
}

// reviewStates are the sections of a queue, which are listed one by one. A new
// item is in the first.
var reviewStates = []string{"needs_my_review", "needs_others_review", "archived"}

const queuePageSize = 100

func (c *Client) readQueueItems(ctx context.Context, queue uuid.UUID, most int) (*HeldRuns, error) {
	total, err := get[struct {
		Count *int `json:"count"`
	}](ctx, c, queueItemsPath(queue)+"/count", url.Values{"status": {"all"}})
	if err != nil {
		return nil, err
	}
	held := &HeldRuns{Complete: true}
	items := 0 // of runs and of threads
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
			if items > most {
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

// itemRuns are the runs of a list of items, which may hold threads too.
func itemRuns(items []queueItem) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(items))
	for _, item := range items {
		if item.RunID != uuid.Nil {
			ids = append(ids, item.RunID)
		}
	}
	return ids
}

// readQueueRunsOlder pages by offset; an empty page is the end.
func (c *Client) readQueueRunsOlder(ctx context.Context, queue uuid.UUID, most int) (*HeldRuns, error) {
	held := &HeldRuns{}
	for read := 0; read <= most; {
		items, err := all[queueItem](ctx, c, olderQueuePath(queue), page(queuePageSize, read))
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			held.Complete = true
			break
		}
		read += len(items) // those whose run cannot be read too, or a page would be asked for without end
		held.Runs = append(held.Runs, runIDs(items)...)
	}
	return held, nil
}
