package langsmith

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// Dataset is a collection of examples.
type Dataset struct {
	ID           uuid.UUID `json:"id"`
	TenantID     uuid.UUID `json:"tenant_id"` // its workspace
	Name         string    `json:"name"`
	DataType     string    `json:"data_type"` // kv, llm or chat; empty if LangSmith does not say
	ExampleCount *int      `json:"example_count"`
}

func (d *Dataset) isValid() bool { return d.ID != uuid.Nil }

// FindDatasets lists the datasets with exactly this name. The API does not document
// that a name is unique, so there may be several.
func (c *Client) FindDatasets(ctx context.Context, name string) ([]Dataset, error) {
	query := pageQuery(100, 0)
	query.Set("name", name)
	datasets, err := getList[Dataset](ctx, c, "/datasets", query)
	return slices.DeleteFunc(datasets, func(d Dataset) bool { return d.Name != name }), err
}

// ListDatasets lists datasets of the workspace; limit is 1 to 100.
func (c *Client) ListDatasets(ctx context.Context, limit int) ([]Dataset, error) {
	return getList[Dataset](ctx, c, "/datasets", pageQuery(limit, 0))
}

// CreateDataset creates a dataset whose examples are objects, like the inputs and
// outputs of runs. It is not retried if the first request may have succeeded; look
// for the name instead.
func (c *Client) CreateDataset(ctx context.Context, name, description string) (*Dataset, error) {
	return send[Dataset](ctx, c, operation{method: http.MethodPost, path: "/datasets", body: struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
		DataType    string `json:"data_type"`
	}{name, description, "kv"}})
}

// NewExample is an example to create from a run. LangSmith copies the run's inputs and
// outputs. See [ExampleFromRun].
type NewExample struct {
	ID             uuid.UUID      `json:"id"`
	DatasetID      uuid.UUID      `json:"dataset_id"`
	SourceRunID    uuid.UUID      `json:"source_run_id"`
	UseSourceRunIO bool           `json:"use_source_run_io"`
	Metadata       map[string]any `json:"metadata,omitempty"`
	Split          string         `json:"split,omitempty"` // empty for LangSmith's default, base
}

// ExampleFromRun returns the example of a run in a dataset. Its id is derived from the
// two ids, so adding a run again gives the same example.
func ExampleFromRun(dataset, run uuid.UUID) NewExample {
	return NewExample{
		ID:             uuid.NewSHA1(dataset, run[:]),
		DatasetID:      dataset,
		SourceRunID:    run,
		UseSourceRunIO: true,
	}
}

// Example is one example of a dataset, without its content.
type Example struct {
	ID          uuid.UUID `json:"id"`
	DatasetID   uuid.UUID `json:"dataset_id"`
	SourceRunID uuid.UUID `json:"source_run_id"` // uuid.Nil for an example that has no run
}

// CreateExamples creates examples and returns those that LangSmith confirms. The
// examples have their own ids, so an ambiguous failure is retried. LangSmith's response
// to an id that exists is not documented: after an error, [Client.ListExamples] shows
// which examples exist.
func (c *Client) CreateExamples(ctx context.Context, examples []NewExample) ([]Example, error) {
	created, err := send[list[Example]](ctx, c, operation{
		method: http.MethodPost, path: "/examples/bulk", body: examples, repeatable: true,
	})
	if err != nil {
		return nil, err
	}
	return created.items, nil
}

// ListExamples lists the examples of a dataset; limit is 1 to 100. The API returns no
// total: an empty page is the end.
func (c *Client) ListExamples(ctx context.Context, dataset uuid.UUID, limit, offset int) ([]Example, error) {
	query := pageQuery(limit, offset)
	query.Set("dataset", dataset.String())
	return getList[Example](ctx, c, "/examples", query)
}
