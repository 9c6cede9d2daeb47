package runs

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
)

// List is a page of the traces behind a report or a category.
type List struct {
	Cluster    *Cluster `json:"cluster,omitempty"`
	Runs       []Run    `json:"runs"`
	NextOffset int      `json:"next_offset,omitempty"`

	view  *View
	chars int
}

// Cluster is the category whose traces are listed.
type Cluster struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	NumRuns *int      `json:"num_runs,omitempty"`
}

// Run is one trace behind a category.
type Run struct {
	ID         uuid.UUID                  `json:"id,omitzero"`
	Name       string                     `json:"name,omitempty"`
	Summary    string                     `json:"summary,omitempty"`
	Status     string                     `json:"status,omitempty"`
	Error      string                     `json:"error,omitempty"`
	StartTime  langsmith.Time             `json:"start_time,omitzero"`
	Attributes map[string]json.RawMessage `json:"attributes,omitempty" jsonschema:"type=object"`
	Inputs     json.RawMessage            `json:"inputs,omitempty"`
	Outputs    json.RawMessage            `json:"outputs,omitempty"`
	URL        string                     `json:"url,omitempty"`
}

// View is what one call wants to see of a job's traces.
type View struct {
	JobID    uuid.UUID
	Page     tool.PageArgs
	MaxChars MaxCharsArgs
	Next     func(offset int) string // the call that lists the traces from an offset on
	Project  langsmith.Project
	Links    tool.Links
	Found    *langsmith.JobRunsPage
	runs     []readRun // of found
	cluster  *Cluster
	Status   langsmith.Status // of the job, where it was asked for
	Hide     bool
	Selected bool // the call picks some of the traces
}

// FindCluster names the category. Its size is in the whole report alone, which
// can be megabytes, so pages after the first do with the name.
func (v *View) FindCluster(ctx context.Context, env *tool.Env, id uuid.UUID) error {
	if v.Page.Offset > 0 {
		cluster, err := env.LangSmith.GetCluster(ctx, v.Project.ID, v.JobID, id)
		if err != nil {
			return err
		}
		v.cluster = &Cluster{ID: id, Name: cluster.Name}
		return nil
	}
	job, err := env.LangSmith.GetJob(ctx, v.Project.ID, v.JobID)
	if err != nil {
		return err
	}
	tree := report.Build(job.Clusters)
	node := tree.Find(id)
	if node == nil {
		return jobs.NoSuchCluster(v.Project.ID, job, tree, id)
	}
	v.Status, v.cluster = job.Status, &Cluster{ID: node.ID, Name: node.Name, NumRuns: &node.Runs}
	return nil
}

// The bounds of what a run shows besides its inputs and outputs, in bytes.
const (
	longestSummary   = 600
	longestRunError  = 500
	longestAttribute = 200 // in characters
	mostAttributes   = 30

	// shortestPreview is how far inputs and outputs are shortened to keep a
	// whole page, where the call does not say how long it wants them.
	shortestPreview = 200
)

func (v *View) budget() int {
	if v.MaxChars.MaxChars > DefaultChars {
		return tool.LargestBudget
	}
	return v.Page.Budget()
}

// Resizable shows all runs with shorter previews rather than a few with long
// ones, unless the call says how long.
func (v *View) Resizable() *tool.Resizable[*List] {
	v.runs = make([]readRun, len(v.Found.Runs))
	for i := range v.runs {
		v.runs[i] = newReadRun(&v.Found.Runs[i], v.MaxChars.Chars())
	}
	result := &tool.Resizable[*List]{Items: len(v.runs), Chars: v.MaxChars.Chars(), Enough: shortestPreview, Budget: v.budget(), Build: v.result}
	if v.MaxChars.MaxChars > 0 {
		result.Enough = 0
	}
	return result
}

func (v *View) result(items, chars int) *List {
	r := &List{Runs: make([]Run, items), view: v, chars: chars}
	if v.cluster != nil {
		cluster := *v.cluster
		cluster.Name = markdown.Truncate(cluster.Name, min(markdown.MaxName, chars))
		r.Cluster = &cluster
	}
	for i := range items {
		r.Runs[i] = v.run(v.runs[i], chars)
	}
	switch {
	case items < len(v.Found.Runs):
		r.NextOffset = v.Page.Offset + items
	case v.Found.More:
		r.NextOffset = v.Found.Next
	}
	return r
}

func (v *View) run(read readRun, chars int) Run {
	run, cut := read.JobRun, markdown.Shortener{Max: chars}
	listed := Run{
		ID:         run.ID,
		Name:       cut.Text(run.Name, markdown.MaxName),
		Status:     cut.Text(run.Status, markdown.MaxWord),
		Error:      cut.Text(run.Error, longestRunError),
		StartTime:  run.StartTime,
		Attributes: read.shownAttributes(chars),
		URL:        v.Links.Run(run.ID),
	}
	if v.Hide {
		return listed
	}
	listed.Summary = cut.Text(run.Summary, longestSummary)
	listed.Inputs, _ = read.inputs.Structured(chars)
	listed.Outputs, _ = read.outputs.Structured(chars)
	return listed
}

// readRun is a run whose contents have been read.
type readRun struct {
	*langsmith.JobRun
	inputs, outputs Content
	attributes      map[string]Content
}

func newReadRun(run *langsmith.JobRun, chars int) readRun {
	read := readRun{
		JobRun: run, inputs: ReadContent(run.Inputs, chars), outputs: ReadContent(run.Outputs, chars),
		attributes: map[string]Content{},
	}
	for _, name := range slices.Sorted(maps.Keys(run.Attributes)) {
		if value := ReadContent(run.Attributes[name], longestAttribute); !value.empty() && len(read.attributes) < mostAttributes {
			read.attributes[name] = value
		}
	}
	return read
}

// shownAttributes are the attributes, which have to share what room there is.
func (r readRun) shownAttributes(chars int) map[string]json.RawMessage {
	if len(r.attributes) == 0 {
		return nil
	}
	shown := make(map[string]json.RawMessage, len(r.attributes))
	cut := markdown.Shortener{Max: chars}
	for name, value := range r.attributes {
		shown[cut.Text(name, markdown.MaxName)], _ = value.Structured(min(longestAttribute, max(chars/4, 1)))
	}
	return shown
}
