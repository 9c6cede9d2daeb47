package sandbox

import (
	"maps"
	"slices"

	"github.com/google/uuid"
)

// example is one entry of a dataset.
type example struct {
	ID          uuid.UUID      `json:"id"`
	DatasetID   uuid.UUID      `json:"dataset_id"`
	SourceRunID *uuid.UUID     `json:"source_run_id"`
	Name        string         `json:"name"`
	Inputs      map[string]any `json:"inputs"`
	Outputs     map[string]any `json:"outputs"`
	Metadata    map[string]any `json:"metadata"`
	CreatedAt   timestamp      `json:"created_at"`
	ModifiedAt  timestamp      `json:"modified_at"`
}

// withName returns an example with its name.
//
// Unknown: how LangSmith names an example.
func (e example) withName() example {
	e.Name = "#" + e.ID.String()[:4]
	return e
}

// createExamples adds examples, all of them or none.
//
// Unknown: what LangSmith does with an existing id. Here the example is replaced, so that
// a repeated call adds nothing.
func createExamples(c *call) (any, error) {
	before := len(c.issues)
	value := c.bodyJSON()
	var entries []object
	if len(c.issues) == before {
		entries = asList(asObject)(&c.validationErrors, []any{"body"}, value)
	}
	fresh := make([]*example, len(entries))
	for i, o := range entries {
		fresh[i] = c.readExample(o)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	for i, e := range fresh {
		if err := c.checkExample(e, entries[i]); err != nil {
			return nil, err
		}
	}
	views := make([]example, len(fresh))
	for i, e := range fresh {
		d, err := c.ws.dataset(e.DatasetID)
		if err != nil {
			return nil, err
		}
		d.put(e, c)
		views[i] = e.withName()
	}
	return views, nil
}

func (c *call) readExample(o object) *example {
	e := &example{Inputs: map[string]any{}, ModifiedAt: timestamp(c.now)}
	created := c.now
	var id *uuid.UUID
	split := []string{"base"}
	readRequired(&c.validationErrors, o, "dataset_id", &e.DatasetID, asUUID)
	readField(&c.validationErrors, o, "id", &id, pointer(asUUID))
	readField(&c.validationErrors, o, "source_run_id", &e.SourceRunID, pointer(asUUID))
	if o.has("inputs") {
		readField(&c.validationErrors, o, "inputs", &e.Inputs, asMap(asAnything))
	}
	readField(&c.validationErrors, o, "outputs", &e.Outputs, nullable(asMap(asAnything)))
	readField(&c.validationErrors, o, "metadata", &e.Metadata, nullable(asMap(asAnything)))
	readField(&c.validationErrors, o, "split", &split, nullable(asSplit))
	readField(&c.validationErrors, o, "created_at", &created, nullable(asTime))
	if created.IsZero() {
		created = c.now
	}
	e.CreatedAt = timestamp(created)
	var copied bool
	readField(&c.validationErrors, o, "use_source_run_io", &copied, asBool)
	if id != nil {
		e.ID = *id
	}
	e.Metadata = maps.Clone(e.Metadata)
	if e.Metadata == nil {
		e.Metadata = make(map[string]any)
	}
	e.Metadata["dataset_split"] = split
	return e
}

func asSplit(f *validationErrors, loc []any, value any) []string {
	if s, ok := value.(string); ok {
		return []string{s}
	}
	return asList(asString)(f, loc, value)
}

// checkExample checks that the dataset and the run of an example exist, and copies the
// run's data if the request says so.
func (c *call) checkExample(e *example, o object) error {
	if _, err := c.ws.dataset(e.DatasetID); err != nil {
		return err
	}
	if e.SourceRunID == nil {
		return nil
	}
	r := c.ws.runs[*e.SourceRunID]
	if r == nil || r.visible.After(c.now) {
		return notFound("Run")
	}
	if o.fields["use_source_run_io"] == true {
		if e.Inputs = r.Inputs; e.Inputs == nil {
			e.Inputs = map[string]any{}
		}
		e.Outputs = r.Outputs
	}
	return nil
}

func (d *dataset) put(e *example, c *call) {
	d.ModifiedAt = timestamp(c.now)
	for i, have := range d.examples {
		if e.ID != uuid.Nil && have.ID == e.ID {
			e.CreatedAt = have.CreatedAt
			d.examples[i] = e
			return
		}
	}
	if e.ID == uuid.Nil {
		e.ID = c.ws.newID("example")
	}
	d.examples = append(d.examples, e)
}

// listExamples lists the examples of a dataset, oldest first.
//
// Unknown: this route is documented, but not its response.
func listExamples(c *call) (any, error) {
	page, id, ids := c.page(), c.queryID("dataset"), c.queryIDs("id")
	if id == nil && len(ids) == 0 {
		c.add([]any{"query", "dataset"}, "missing", "Field required")
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	var found []*example
	for _, d := range c.ws.datasets {
		if id != nil && d.ID != *id {
			continue
		}
		for _, e := range d.examples {
			if len(ids) == 0 || slices.Contains(ids, e.ID) {
				found = append(found, e)
			}
		}
	}
	if id != nil {
		if _, err := c.ws.dataset(*id); err != nil {
			return nil, err
		}
	}
	views := make([]example, 0, page.limit)
	for _, e := range cutPage(found, page) {
		views = append(views, e.withName())
	}
	return views, nil
}
