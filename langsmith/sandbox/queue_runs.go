package sandbox

import (
	"slices"

	"github.com/google/uuid"
)

type entryView struct {
	ID           uuid.UUID  `json:"id"`
	QueueID      uuid.UUID  `json:"queue_id"`
	RunID        uuid.UUID  `json:"run_id"`
	AddedAt      timestamp  `json:"added_at"`
	LastReviewed *timestamp `json:"last_reviewed_time"`
}

// addQueueRuns adds runs to a queue, all of them or none, and extends the retention of
// their traces.
//
// Unknown: what LangSmith does with a run that the queue already has. Here the run is
// added again, so that a test notices a client that does not check.
func addQueueRuns(c *call) (any, error) {
	before := len(c.issues)
	value := c.bodyJSON()
	var runs []uuid.UUID
	if len(c.issues) == before {
		runs = asList(asQueuedRun)(&c.validationErrors, []any{"body"}, value)
	}
	q, err := c.queue()
	if err != nil {
		return nil, err
	}
	for _, id := range runs {
		if r := c.ws.runs[id]; r == nil || r.visible.After(c.now) {
			return nil, notFound("Run")
		}
	}
	views := make([]entryView, len(runs))
	for i, id := range runs {
		r := c.ws.runs[id]
		e := queueEntry{id: c.ws.newID("entry"), run: id, project: r.SessionID, started: r.Start, added: c.now, section: needsMyReview}
		q.entries = append(q.entries, e)
		c.ws.extend(r)
		views[i] = entryView{ID: e.id, QueueID: q.ID, RunID: e.run, AddedAt: timestamp(e.added)}
	}
	return views, nil
}

// asQueuedRun reads a run in any of the three formats that the API accepts.
func asQueuedRun(f *validationErrors, loc []any, value any) uuid.UUID {
	if _, ok := value.(map[string]any); !ok {
		return asUUID(f, loc, value)
	}
	var id uuid.UUID
	readRequired(f, asObject(f, loc, value), "run_id", &id, asUUID)
	return id
}

// extend extends the retention of a run's trace.
func (ws *workspace) extend(r *storedRun) {
	for _, p := range ws.projects {
		if p.id != r.SessionID {
			continue
		}
		for _, other := range p.runs {
			if other.TraceID == r.TraceID {
				other.extended = true
			}
		}
	}
}

// listQueueRuns lists the runs of a queue in the order of addition.
//
// Unknown: this route is documented, but not its response. Here it is an array of runs
// with the fields of their queue entries.
func listQueueRuns(c *call) (any, error) {
	page := c.page()
	q, err := c.queue()
	if err != nil {
		return nil, err
	}
	views := make([]map[string]any, 0, page.limit)
	runs := slices.DeleteFunc(slices.Clone(q.entries), func(e queueEntry) bool { return e.thread != "" })
	for _, e := range cutPage(runs, page) {
		view := c.ws.runView(c.ws.runs[e.run])
		view["queue_run_id"] = e.id
		view["added_at"] = timestamp(e.added)
		view["last_reviewed_time"] = nil
		views = append(views, view)
	}
	return views, nil
}
