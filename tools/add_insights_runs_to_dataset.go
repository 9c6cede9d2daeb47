package tools

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

type addToDatasetArgs struct {
	ChosenRunsArgs
	Dataset string `json:"dataset" jsonschema:"minLength=1" jsonschema_description:"Made if missing."`
	Split   string `json:"split,omitempty" jsonschema_description:"Such as train or test."`
}

type addToDatasetResult struct {
	DatasetID uuid.UUID `json:"dataset_id,omitzero"`
	Dataset   string    `json:"dataset"`
	collected
}

func addInsightsRunsToDataset() Tool {
	return Define(Declaration{
		Name:  "add_insights_runs_to_dataset",
		Title: "Keep traces as a dataset",
		Description: "Keep traces of an Insights report as examples of a dataset, such as for regression tests: a job's, a category's with all below it, " +
			"or run_ids. Nothing is added twice, so calling again is safe.",
		Effect:     Writes,
		Repeatable: true,
		Toolset:    "actions",
	}, runAddInsightsRunsToDataset)
}

func runAddInsightsRunsToDataset(ctx context.Context, env *Env, args addToDatasetArgs) (*addToDatasetResult, error) {
	done, err := collect(ctx, env, args.ChosenRunsArgs, &datasets{client: env.LangSmith, args: &args}, args.Dataset)
	if err != nil {
		return nil, err
	}
	return &addToDatasetResult{DatasetID: done.id, Dataset: args.Dataset, collected: *done}, nil
}

// Text implements Result.
func (r *addToDatasetResult) Text() string {
	var b strings.Builder
	r.writeCounts(&b)
	if r.DatasetID != uuid.Nil {
		b.WriteString("dataset_id: " + r.DatasetID.String() + "\n")
	}
	return b.String()
}

// datasets collect runs as examples.
type datasets struct {
	client *langsmith.Client
	args   *addToDatasetArgs
}

func (d *datasets) kind() string { return "dataset" }

func (d *datasets) agree(context.Context, int) error { return nil }

func (d *datasets) find(ctx context.Context, name string) ([]uuid.UUID, error) {
	found, err := d.client.FindDatasets(ctx, name)
	var ids []uuid.UUID
	for i := range found {
		ids = append(ids, found[i].ID)
	}
	return ids, err
}

func (d *datasets) create(ctx context.Context, name string) (uuid.UUID, error) {
	made, err := d.client.CreateDataset(ctx, name, "Traces found by LangSmith Insights")
	if err != nil {
		return uuid.Nil, err
	}
	return made.ID, nil
}

// mostExamplePages bounds the reading of a dataset. In a larger one the ids of
// the examples, which follow from the run, keep them from being added twice.
const mostExamplePages = 100

func (d *datasets) holds(ctx context.Context, id uuid.UUID) (map[uuid.UUID]bool, error) {
	held := map[uuid.UUID]bool{}
	offset := 0
	for range mostExamplePages {
		examples, err := d.client.ListExamples(ctx, id, largestPage, offset)
		if err != nil {
			return nil, err
		}
		if len(examples) == 0 {
			break
		}
		for i := range examples {
			held[examples[i].SourceRunID] = true
		}
		offset += len(examples)
	}
	return held, nil
}

func (d *datasets) add(ctx context.Context, id uuid.UUID, runs []uuid.UUID, _ *chosenRuns) (int, error) {
	examples := make([]langsmith.NewExample, len(runs))
	for i, run := range runs {
		examples[i] = langsmith.ExampleFromRun(id, run)
		examples[i].Split = d.args.Split
		examples[i].Metadata = d.metadata()
	}
	made, err := d.client.CreateExamples(ctx, examples)
	return len(made), err
}

// metadata says where an example was found.
func (d *datasets) metadata() map[string]any {
	found := map[string]any{}
	if d.args.JobID != uuid.Nil {
		found["insights_job_id"] = d.args.JobID
	}
	if d.args.ClusterID != uuid.Nil {
		found["insights_cluster_id"] = d.args.ClusterID
	}
	return found
}
