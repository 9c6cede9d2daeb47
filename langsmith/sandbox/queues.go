package sandbox

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// queue is an annotation queue.
type queue struct {
	queueView
	entries []queueEntry // in the order of addition
}

// queueEntry is a run or a thread in a queue. The project and the start time are
// the run's.
type queueEntry struct {
	id       uuid.UUID
	run      uuid.UUID
	thread   string
	project  uuid.UUID
	started  time.Time
	added    time.Time
	section  string
	reviews  int
	reviewed time.Time
}

// queueView is a queue in a response, without its size.
type queueView struct {
	ID             uuid.UUID      `json:"id"`
	TenantID       uuid.UUID      `json:"tenant_id"`
	Name           string         `json:"name"`
	Description    *string        `json:"description"`
	QueueType      string         `json:"queue_type"`
	CreatedAt      timestamp      `json:"created_at"`
	UpdatedAt      timestamp      `json:"updated_at"`
	Reviewers      *int           `json:"num_reviewers_per_item"`
	Reservations   *bool          `json:"enable_reservations"`
	ReserveMinutes *int           `json:"reservation_minutes"`
	Access         string         `json:"reviewer_access_mode"`
	DefaultDataset *uuid.UUID     `json:"default_dataset"`
	Metadata       map[string]any `json:"metadata"`
	Assigned       []any          `json:"assigned_reviewers"`
}

type sizedQueueView struct {
	queueView
	TotalRuns int `json:"total_runs"`
}

// listQueues lists the newest queue first. It checks sort_by_desc and ignores it.
func listQueues(c *call) (any, error) {
	page, ids, dataset := c.page(), c.queryIDs("ids"), c.queryID("dataset_id")
	kind := c.queryOneOf("queue_type", "single", "pairwise")
	c.queryBool("assigned_to_me")
	c.queryBool("sort_by_desc")
	if err := c.err(); err != nil {
		return nil, err
	}
	var found []*queue
	for i := len(c.ws.queues) - 1; i >= 0; i-- {
		q := c.ws.queues[i]
		switch {
		case c.query.Has("name") && q.Name != c.query.Get("name"),
			!strings.Contains(strings.ToLower(q.Name), strings.ToLower(c.query.Get("name_contains"))),
			len(ids) > 0 && !slices.Contains(ids, q.ID),
			dataset != nil && (q.DefaultDataset == nil || *q.DefaultDataset != *dataset),
			kind == "pairwise":
			continue
		}
		found = append(found, q)
	}
	views := make([]sizedQueueView, 0, page.limit)
	for _, q := range cutPage(found, page) {
		views = append(views, sizedQueueView{q.queueView, len(q.entries)})
	}
	return views, nil
}

// createQueue creates a queue.
//
// Unknown: whether LangSmith refuses an existing name; here it is accepted.
func createQueue(c *call) (any, error) {
	o := c.bodyObject()
	one, yes := 1, true
	q := &queue{queueView: queueView{
		TenantID: c.ws.id, QueueType: "single", Reviewers: &one, Reservations: &yes, ReserveMinutes: &one, Access: "any", Assigned: []any{},
	}}
	created := c.now
	var id uuid.UUID
	var instructions *string
	readField(&c.validationErrors, o, "id", &id, asUUID)
	readRequired(&c.validationErrors, o, "name", &q.Name, asString)
	readField(&c.validationErrors, o, "description", &q.Description, pointer(asString))
	readField(&c.validationErrors, o, "created_at", &created, asTime)
	readField(&c.validationErrors, o, "default_dataset", &q.DefaultDataset, pointer(asUUID))
	readField(&c.validationErrors, o, "rubric_instructions", &instructions, pointer(asString))
	readField(&c.validationErrors, o, "metadata", &q.Metadata, nullable(asMap(asAnything)))
	readField(&c.validationErrors, o, "num_reviewers_per_item", &q.Reviewers, pointer(asInt))
	readField(&c.validationErrors, o, "enable_reservations", &q.Reservations, pointer(asBool))
	readField(&c.validationErrors, o, "reservation_minutes", &q.ReserveMinutes, pointer(asInt))
	readField(&c.validationErrors, o, "reviewer_access_mode", &q.Access, asString)
	if err := c.err(); err != nil {
		return nil, err
	}
	q.CreatedAt, q.UpdatedAt = timestamp(created), timestamp(created)
	if q.ID = id; id == uuid.Nil {
		q.ID = c.ws.newID("queue")
	}
	c.ws.queues = append(c.ws.queues, q)
	return q.queueView, nil
}

func (c *call) queue() (*queue, error) {
	id := c.pathID("queue_id")
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, q := range c.ws.queues {
		if q.ID == id {
			return q, nil
		}
	}
	return nil, notFound("Annotation queue")
}
