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
	DataType     string    `json:"data_type"` // kv, llm or chat; empty where LangSmith does not say
	ExampleCount *int      `json:"example_count"`
}

func (d *Dataset) recognized() bool { return d.ID != uuid.Nil }

// FindDatasets lists the datasets that have exactly this name. The API does not
// say that a name is unique, so there may be several.
func (c *Client) FindDatasets(ctx context.Context, name string) ([]Dataset, error) {
	query := page(100, 0)
	query.Set("name", name)
	datasets, err := all[Dataset](ctx, c, "/datasets", query)
	return slices.DeleteFunc(datasets, func(d Dataset) bool { return d.Name != name }), err
}

// ListDatasets lists datasets of the workspace; limit is 1 to 100.
func (c *Client) ListDatasets(ctx context.Context, limit int) ([]Dataset, error) {
	return all[Dataset](ctx, c, "/datasets", page(limit, 0))
}

// CreateDataset makes a dataset whose examples are objects, as runs have them
// for inputs and outputs. It is not sent again where it may have worked: look
// for the name instead.
func (c *Client) CreateDataset(ctx context.Context, name, description string) (*Dataset, error) {
	return send[Dataset](ctx, c, operation{method: http.MethodPost, path: "/datasets", body: struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
		DataType    string `json:"data_type"`
	}{name, description, "kv"}})
}

// NewExample is an example to be made from a run: LangSmith itself copies the
// run's inputs and outputs. See [ExampleFromRun].
type NewExample struct {
	ID             uuid.UUID      `json:"id"`
	DatasetID      uuid.UUID      `json:"dataset_id"`
	SourceRunID    uuid.UUID      `json:"source_run_id"`
	UseSourceRunIO bool           `json:"use_source_run_io"`
	Metadata       map[string]any `json:"metadata,omitempty"`
	Split          string         `json:"split,omitempty"` // empty for LangSmith's default, base
}

// ExampleFromRun returns the example that a run becomes in a dataset. Its id
// follows from the two, so the same run is the same example however often and
// by whomever it is added.
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
	SourceRunID uuid.UUID `json:"source_run_id"` // uuid.Nil where it was not made from a run
}

// CreateExamples makes examples and returns those that LangSmith confirms. As
// they bring their own ids, a request of which nobody knows what became is sent
// again. What LangSmith says to an id that it has already is not documented: on
// an error, [Client.ListExamples] tells which examples are there.
func (c *Client) CreateExamples(ctx context.Context, examples []NewExample) ([]Example, error) {
	made, err := send[list[Example]](ctx, c, operation{
		method: http.MethodPost, path: "/examples/bulk", body: examples, repeatable: true,
	})
	if err != nil {
		return nil, err
	}
	return made.items, nil
}

// ListExamples lists the examples of a dataset; limit is 1 to 100. The API gives
// no total: an empty page is the end.
func (c *Client) ListExamples(ctx context.Context, dataset uuid.UUID, limit, offset int) ([]Example, error) {
	query := page(limit, offset)
	query.Set("dataset", dataset.String())
	return all[Example](ctx, c, "/examples", query)
}
