package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// dataset is a named collection of examples.
type dataset struct {
	datasetView
	examples []*example // oldest first
}

// datasetView is a dataset in a response.
type datasetView struct {
	ID               uuid.UUID      `json:"id"`
	TenantID         uuid.UUID      `json:"tenant_id"`
	Name             string         `json:"name"`
	Description      *string        `json:"description"`
	DataType         string         `json:"data_type"`
	CreatedAt        timestamp      `json:"created_at"`
	ModifiedAt       timestamp      `json:"modified_at"`
	ExampleCount     int            `json:"example_count"`
	SessionCount     int            `json:"session_count"`
	LastSessionStart *timestamp     `json:"last_session_start_time"`
	Metadata         map[string]any `json:"metadata"`
	Managed          bool           `json:"externally_managed"`
}

// countUses returns a dataset with the number of its examples and of its experiments.
func (ws *workspace) countUses(d *dataset) datasetView {
	v := d.datasetView
	v.ExampleCount = len(d.examples)
	for _, p := range ws.projects {
		if p.dataset != nil && *p.dataset == d.ID {
			v.SessionCount++
			v.LastSessionStart = timestampOrNil(p.started)
		}
	}
	return v
}

func (ws *workspace) dataset(id uuid.UUID) (*dataset, error) {
	for _, d := range ws.datasets {
		if d.ID == id {
			return d, nil
		}
	}
	return nil, notFound("Dataset")
}

// listDatasets lists the newest dataset first. It checks sort_by and ignores it.
func listDatasets(c *call) (any, error) {
	page, ids := c.page(), c.queryIDs("id")
	c.queryOneOf("sort_by", "name", "created_at", "last_session_start_time", "example_count", "session_count", "modified_at")
	c.queryBool("sort_by_desc")
	kinds := c.query["data_type"]
	for i, kind := range kinds {
		asOneOf("kv", "llm", "chat")(&c.validationErrors, []any{"query", "data_type", i}, kind)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	var found []*dataset
	for i := len(c.ws.datasets) - 1; i >= 0; i-- {
		d := c.ws.datasets[i]
		switch {
		case c.query.Has("name") && d.Name != c.query.Get("name"),
			!strings.Contains(strings.ToLower(d.Name), strings.ToLower(c.query.Get("name_contains"))),
			len(ids) > 0 && !slices.Contains(ids, d.ID),
			len(kinds) > 0 && !slices.Contains(kinds, d.DataType):
			continue
		}
		found = append(found, d)
	}
	views := make([]datasetView, 0, page.limit)
	for _, d := range cutPage(found, page) {
		views = append(views, c.ws.countUses(d))
	}
	return views, nil
}

// createDataset refuses a name that is taken.
//
// Unknown: LangSmith's wording.
func createDataset(c *call) (any, error) {
	o := c.bodyObject()
	d := &dataset{datasetView: datasetView{TenantID: c.ws.id, DataType: "kv", ModifiedAt: timestamp(c.now)}}
	created := c.now
	var id *uuid.UUID
	readField(&c.validationErrors, o, "id", &id, pointer(asUUID))
	readRequired(&c.validationErrors, o, "name", &d.Name, asString)
	readField(&c.validationErrors, o, "description", &d.Description, pointer(asString))
	readField(&c.validationErrors, o, "data_type", &d.DataType, asOneOf("kv", "llm", "chat"))
	readField(&c.validationErrors, o, "created_at", &created, asTime)
	var extra map[string]any
	readField(&c.validationErrors, o, "extra", &extra, nullable(asMap(asAnything)))
	d.CreatedAt = timestamp(created)
	d.Metadata, _ = extra["metadata"].(map[string]any)
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, have := range c.ws.datasets {
		if have.Name == d.Name || id != nil && have.ID == *id {
			return nil, refuse(http.StatusConflict, "Dataset with this name or id already exists")
		}
	}
	if id != nil {
		d.ID = *id
	} else {
		d.ID = c.ws.newID("dataset")
	}
	c.ws.datasets = append(c.ws.datasets, d)
	return c.ws.countUses(d), nil
}

func (ws *workspace) inDataset(run uuid.UUID) bool {
	return slices.ContainsFunc(ws.datasets, func(d *dataset) bool {
		return slices.ContainsFunc(d.examples, func(e *example) bool { return e.SourceRunID != nil && *e.SourceRunID == run })
	})
}
