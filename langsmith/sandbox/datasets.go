package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// dataset is a named collection of examples.
type dataset struct {
	id          uuid.UUID
	name        string
	description *string
	kind        string
	metadata    map[string]any
	created     time.Time
	modified    time.Time
	examples    []*example // oldest first
}

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

func (ws *workspace) datasetView(d *dataset) datasetView {
	v := datasetView{
		ID:           d.id,
		TenantID:     ws.id,
		Name:         d.name,
		Description:  d.description,
		DataType:     d.kind,
		CreatedAt:    timestamp(d.created),
		ModifiedAt:   timestamp(d.modified),
		ExampleCount: len(d.examples),
		Metadata:     d.metadata,
	}
	for _, p := range ws.projects {
		if p.dataset != nil && *p.dataset == d.id {
			v.SessionCount++
			v.LastSessionStart = timestampOrNil(p.started)
		}
	}
	return v
}

func (ws *workspace) dataset(id uuid.UUID) (*dataset, error) {
	for _, d := range ws.datasets {
		if d.id == id {
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
		case c.query.Has("name") && d.name != c.query.Get("name"),
			!strings.Contains(strings.ToLower(d.name), strings.ToLower(c.query.Get("name_contains"))),
			len(ids) > 0 && !slices.Contains(ids, d.id),
			len(kinds) > 0 && !slices.Contains(kinds, d.kind):
			continue
		}
		found = append(found, d)
	}
	views := make([]datasetView, 0, page.limit)
	for _, d := range cutPage(found, page) {
		views = append(views, c.ws.datasetView(d))
	}
	return views, nil
}

// createDataset refuses a name that is taken.
//
// Unknown: LangSmith's wording.
func createDataset(c *call) (any, error) {
	o := c.bodyObject()
	d := &dataset{kind: "kv", created: c.now, modified: c.now}
	var id *uuid.UUID
	readField(&c.validationErrors, o, "id", &id, pointer(asUUID))
	readRequired(&c.validationErrors, o, "name", &d.name, asString)
	readField(&c.validationErrors, o, "description", &d.description, pointer(asString))
	readField(&c.validationErrors, o, "data_type", &d.kind, asOneOf("kv", "llm", "chat"))
	readField(&c.validationErrors, o, "created_at", &d.created, asTime)
	var extra map[string]any
	readField(&c.validationErrors, o, "extra", &extra, nullable(asMap(asAnything)))
	d.metadata, _ = extra["metadata"].(map[string]any)
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, have := range c.ws.datasets {
		if have.name == d.name || id != nil && have.id == *id {
			return nil, refuse(http.StatusConflict, "Dataset with this name or id already exists")
		}
	}
	if id != nil {
		d.id = *id
	} else {
		d.id = c.ws.newID("dataset")
	}
	c.ws.datasets = append(c.ws.datasets, d)
	return c.ws.datasetView(d), nil
}

func (ws *workspace) inDataset(run uuid.UUID) bool {
	return slices.ContainsFunc(ws.datasets, func(d *dataset) bool {
		return slices.ContainsFunc(d.examples, func(e *example) bool { return e.source != nil && *e.source == run })
	})
}
