package sandbox

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// The review sections of a queue.
const (
	needsMyReview     = "needs_my_review"
	needsOthersReview = "needs_others_review"
	archived          = "archived"
)

func reviewSections() []string { return []string{needsMyReview, needsOthersReview, archived} }

// itemView is a queue item in the newer routes.
type itemView struct {
	ID           uuid.UUID `json:"id"`
	QueueID      uuid.UUID `json:"queue_id"`
	Type         string    `json:"item_type"`
	RunID        uuid.UUID `json:"run_id,omitzero"`
	ThreadID     string    `json:"thread_id,omitempty"`
	ProjectID    uuid.UUID `json:"project_id"`
	StartTime    string    `json:"start_time,omitempty"`
	AddedAt      string    `json:"added_at"`
	LastReviewed *string   `json:"last_reviewed_time"`
}

func (e queueEntry) view(queue uuid.UUID) itemView {
	v := itemView{ID: e.id, QueueID: queue, Type: "RUN", RunID: e.run, ProjectID: e.project, ThreadID: e.thread, AddedAt: formatTime(e.added)}
	if e.thread != "" {
		v.Type = "THREAD"
	}
	if !e.started.IsZero() {
		v.StartTime = formatTime(e.started)
	}
	if !e.reviewed.IsZero() {
		reviewed := formatTime(e.reviewed)
		v.LastReviewed = &reviewed
	}
	return v
}

// addQueueItems adds runs and threads to a queue, all of them or none. Their traces keep
// base retention unless the request extends it.
//
// Unknown: LangSmith's error for a missing or wrong start time, and what it does with a
// run that the queue already has. Here the run is added again, so that a test notices a
// client that does not check.
func addQueueItems(c *call) (any, error) {
	extend, _ := c.queryBool("extend_trace_retention")
	var entries []queueEntry
	readRequired(&c.validationErrors, c.bodyObject(), "items", &entries, asList(asQueueItem))
	q, err := c.queue()
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.thread != "" {
			if _, err := c.ws.project(e.project); err != nil {
				return nil, err
			}
			continue
		}
		r, err := c.ws.visibleRun(e.run, e.project, c.now)
		if err != nil {
			return nil, err
		}
		if !isSameTime(e.started, r.Start) {
			return nil, notFound("Run")
		}
	}
	views := make([]itemView, len(entries))
	for i, e := range entries {
		e.id, e.added, e.section = c.ws.newID("entry"), c.now, needsMyReview
		q.entries = append(q.entries, e)
		if extend && e.thread == "" {
			c.ws.extend(c.ws.runs[e.run])
		}
		views[i] = e.view(q.ID)
	}
	return map[string]any{"items": views}, nil
}

func asQueueItem(f *validationErrors, loc []any, value any) (e queueEntry) {
	o := asObject(f, loc, value)
	kind := "RUN"
	readField(f, o, "item_type", &kind, asOneOf("RUN", "THREAD"))
	project := "project_id"
	if o.fields[project] == nil && o.has("session_id") {
		project = "session_id" // the older name
	}
	readRequired(f, o, project, &e.project, asUUID)
	if kind == "THREAD" {
		readRequired(f, o, "thread_id", &e.thread, asString)
		return e
	}
	readRequired(f, o, "run_id", &e.run, asUUID)
	readRequired(f, o, "start_time", &e.started, asTime)
	return e
}

// listQueueItems returns a page of one section of a queue, in the order of addition.
func listQueueItems(c *call) (any, error) {
	if !c.query.Has("status") {
		c.add([]any{"query", "status"}, "missing", "Field required")
	}
	section := c.queryOneOf("status", reviewSections()...)
	kind := c.queryOneOf("item_type", "RUN", "THREAD")
	window := c.queryWindow()
	size := c.queryInt("page_size", 100, 1, maxPageSize)
	cursor := c.query.Get("cursor")
	q, err := c.queue()
	if err != nil {
		return nil, err
	}
	views := make([]itemView, 0, len(q.entries))
	for _, e := range q.entries {
		if v := e.view(q.ID); e.section == section && window.holds(e.started) && (kind == "" || v.Type == kind) {
			views = append(views, v)
		}
	}
	shown, next, err := pageFrom(views, &cursor, size)
	if err != nil {
		return nil, err
	}
	return map[string]any{"items": shown, "next_cursor": next}, nil
}

// countQueueItems counts the items of one section, or of all.
func countQueueItems(c *call) (any, error) {
	if !c.query.Has("status") {
		c.add([]any{"query", "status"}, "missing", "Field required")
	}
	section, window := c.queryOneOf("status", append(reviewSections(), "all")...), c.queryWindow()
	q, err := c.queue()
	if err != nil {
		return nil, err
	}
	n := 0
	for _, e := range q.entries {
		if (section == "all" || e.section == section) && window.holds(e.started) {
			n++
		}
	}
	return map[string]int{"count": n}, nil
}

// reviewQueueItem records a review of an item. The item is archived after as many
// completed reviews as the queue demands.
//
// Unknown: how LangSmith distinguishes reviewers with the same key. Here every call is
// another reviewer's.
func reviewQueueItem(c *call) (any, error) {
	id := c.pathID("item_id")
	var status *string
	readField(&c.validationErrors, c.bodyObject(), "status", &status, pointer(asOneOf("viewed", "completed")))
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, q := range c.ws.queues {
		at := slices.IndexFunc(q.entries, func(e queueEntry) bool { return e.id == id })
		if at < 0 {
			continue
		}
		e := &q.entries[at]
		switch {
		case status == nil:
			e.section = needsMyReview
		case *status == "completed":
			e.reviews++
			e.reviewed, e.section = c.now, needsOthersReview
			if q.Reviewers == nil || e.reviews >= *q.Reviewers {
				e.section = archived
			}
		}
		return map[string]any{"queue_item_id": id, "status": status, "is_archived": e.section == archived}, nil
	}
	return nil, notFound("Annotation queue item")
}

// window bounds the start time of an item's trace, inclusively.
type window struct{ from, to *time.Time }

func (c *call) queryWindow() window {
	return window{c.queryTime("min_start_time"), c.queryTime("max_start_time")}
}

func (w window) holds(t time.Time) bool {
	if w.from == nil && w.to == nil {
		return true
	}
	return !t.IsZero() && (w.from == nil || !t.Before(*w.from)) && (w.to == nil || !t.After(*w.to))
}
