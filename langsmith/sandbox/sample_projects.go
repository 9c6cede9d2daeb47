package sandbox

import (
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/samples"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// The names of the sample projects.
const (
	ChatProd      = samples.ChatProd
	ChatStaging   = samples.ChatStaging
	ResearchAgent = samples.ResearchAgent
	Experiment    = samples.Experiment
)

// SampleProject returns the id of a sample project in a workspace. The zero workspace is
// DefaultWorkspace.
func SampleProject(workspace uuid.UUID, name string) uuid.UUID {
	if workspace == uuid.Nil {
		workspace = DefaultWorkspace()
	}
	return uuid.NewSHA1(workspace, []byte("session/"+name))
}

// projectAge is the age of the sample projects at New.
const projectAge = 30 * 24 * time.Hour

// addSamples adds a copy of the sample projects. All workspaces share the texts, which
// never change.
func (ws *workspace) addSamples(projects []samples.Project, now time.Time) {
	for _, sample := range projects {
		p := &project{
			id:          SampleProject(ws.id, sample.Name),
			name:        sample.Name,
			description: &sample.Description,
			started:     now.Add(-projectAge),
			agent:       sample.Agent,
			environment: sample.Environment,
		}
		ws.projects = append(ws.projects, p)
		runs := make([]*trace.Run, len(sample.Runs))
		for i := range sample.Runs {
			runs[i] = ws.copySampleRun(sample.Runs[i])
		}
		ws.addRuns(p, p.started, runs...)
		if sample.Experiment {
			p.dataset = ws.addReferenceDataset(sample.Name, runs, p.started)
		}
	}
}

// copySampleRun returns a copy of a sample run with ids of this workspace.
func (ws *workspace) copySampleRun(r trace.Run) *trace.Run {
	newID := func(id uuid.UUID) uuid.UUID {
		if id == uuid.Nil {
			return id
		}
		return uuid.NewSHA1(ws.id, id[:])
	}
	r.ID, r.TraceID, r.ParentID = newID(r.ID), newID(r.TraceID), newID(r.ParentID)
	r.ReferenceExample = newID(r.ReferenceExample)
	return &r
}

// addReferenceDataset adds the dataset of an experiment.
func (ws *workspace) addReferenceDataset(name string, runs []*trace.Run, at time.Time) *uuid.UUID {
	d := &dataset{datasetView: datasetView{
		ID:         uuid.NewSHA1(ws.id, []byte("dataset/"+name)),
		TenantID:   ws.id,
		Name:       name + "-examples",
		DataType:   "kv",
		CreatedAt:  timestamp(at),
		ModifiedAt: timestamp(at),
	}}
	for _, r := range runs {
		if r.ReferenceExample != uuid.Nil {
			d.examples = append(d.examples, &example{
				ID: r.ReferenceExample, DatasetID: d.ID, Inputs: r.Inputs,
				Metadata: map[string]any{"dataset_split": []string{"base"}}, CreatedAt: timestamp(at), ModifiedAt: timestamp(at),
			})
		}
	}
	ws.datasets = append(ws.datasets, d)
	return &d.ID
}
