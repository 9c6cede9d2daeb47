package tools

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/collect"
	"langsmith-insights-mcp/tools/tool"
)

type addToDatasetArgs struct {
	collect.Args
	Dataset string `json:"dataset" jsonschema:"minLength=1" jsonschema_description:"The dataset's name; created if missing."`
	Split   string `json:"split,omitempty" jsonschema_description:"The examples' split, such as train or test."`
}

// Check refuses a blank name, and what [collect.Args] refuse.
func (a *addToDatasetArgs) Check() error {
	return errors.Join(tool.CheckName("dataset", a.Dataset), a.Args.Check())
}

type addToDatasetResult struct {
	DatasetID uuid.UUID `json:"dataset_id,omitzero"`
	Dataset   string    `json:"dataset"`
	collect.Result
}

func addInsightsRunsToDataset() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:  "add_insights_runs_to_dataset",
		Title: "Save traces as a dataset",
		Description: "Add traces of an Insights report to a dataset as examples: a job's, a category's with its " +
			"subcategories, or run_ids. Nothing is added twice.",
		Effect:     tool.Writes,
		Repeatable: true,
		Toolset:    "actions",
	}, runAddInsightsRunsToDataset)
}

func runAddInsightsRunsToDataset(ctx context.Context, env *tool.Env, args addToDatasetArgs) (*addToDatasetResult, error) {
	collected, err := collect.Runs(ctx, env, args.Args, &datasets{client: env.LangSmith, split: args.Split}, args.Dataset)
	if err != nil {
		return nil, err
	}
	collected.SetNextCall("add_insights_runs_to_dataset", "dataset", args.Dataset, "split", args.Split)
	return &addToDatasetResult{DatasetID: collected.TargetID(), Dataset: args.Dataset, Result: *collected}, nil
}

// Text implements [tool.Result].
func (r *addToDatasetResult) Text() string {
	var b strings.Builder
	r.WriteCounts(&b)
	if r.DatasetID != uuid.Nil {
		b.WriteString("dataset_id: " + r.DatasetID.String() + "\n")
	}
	return b.String()
}

// datasets is the [collect.Target] for datasets, whose members are examples.
type datasets struct {
	client *langsmith.Client
	split  string
}

func (d *datasets) Kind() string { return "dataset" }

func (d *datasets) Confirm(context.Context, []uuid.UUID) error { return nil }

func (d *datasets) Find(ctx context.Context, name string) ([]uuid.UUID, error) {
	found, err := d.client.FindDatasets(ctx, name)
	var ids []uuid.UUID
	for i := range found {
		ids = append(ids, found[i].ID)
	}
	return ids, err
}

func (d *datasets) Create(ctx context.Context, name string) (uuid.UUID, error) {
	made, err := d.client.CreateDataset(ctx, name, "Traces found by LangSmith Insights")
	if err != nil {
		return uuid.Nil, err
	}
	return made.ID, nil
}

// maxExamplePages bounds the reading of a dataset. In a larger one no example is
// duplicated either, because its id is derived from its run.
const maxExamplePages = 100

func (d *datasets) Members(ctx context.Context, id uuid.UUID) (map[uuid.UUID]bool, error) {
	members := map[uuid.UUID]bool{}
	offset := 0
	for range maxExamplePages {
		examples, err := d.client.ListExamples(ctx, id, tool.MaxPage, offset)
		if err != nil {
			return nil, err
		}
		if len(examples) == 0 {
			break
		}
		for i := range examples {
			members[examples[i].SourceRunID] = true
		}
		offset += len(examples)
	}
	return members, nil
}

func (d *datasets) Add(ctx context.Context, id uuid.UUID, runs []langsmith.Run, origin collect.Origin) (int, error) {
	examples := make([]langsmith.NewExample, len(runs))
	for i, run := range runs {
		examples[i] = langsmith.ExampleFromRun(id, run.ID)
		examples[i].Split = d.split
		examples[i].Metadata = describeOrigin(origin)
	}
	made, err := d.client.CreateExamples(ctx, examples)
	return len(made), err
}

// describeOrigin returns an example's metadata, with the job and the category of the run.
func describeOrigin(origin collect.Origin) map[string]any {
	metadata := map[string]any{}
	if origin.Job != uuid.Nil {
		metadata["insights_job_id"] = origin.Job
	}
	if origin.Cluster != uuid.Nil {
		metadata["insights_cluster_id"] = origin.Cluster
	}
	return metadata
}
