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
	"langsmith-insights-mcp/tools/wording"
)

// List is a page of the traces behind a report or one of its categories.
type List struct {
	Cluster    *Cluster `json:"cluster,omitempty"`
	Runs       []Run    `json:"runs"`
	Total      int      `json:"total,omitempty"` // traces that are selected, if they were counted
	NextOffset int      `json:"next_offset,omitempty"`

	tool.NextCall

	view  *View
	chars int // of inputs, and of outputs
}

// Cluster is the category whose traces are listed.
type Cluster struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	NumRuns *int      `json:"num_runs,omitempty"`
}

// Run is one trace of a list.
type Run struct {
	ID         uuid.UUID                  `json:"id,omitzero"`
	Name       string                     `json:"name,omitempty"`
	Summary    string                     `json:"summary,omitempty"`
	Status     string                     `json:"status,omitempty"`
	Error      string                     `json:"error,omitempty"`
	StartTime  langsmith.Time             `json:"start_time,omitzero"`
	ThreadID   string                     `json:"thread_id,omitempty"`
	Latency    *float64                   `json:"latency_seconds,omitempty"` // both if the list is sorted by one of them
	TotalCost  *float64                   `json:"total_cost,omitempty"`
	Attributes map[string]json.RawMessage `json:"attributes,omitempty" jsonschema:"type=object"`
	Inputs     json.RawMessage            `json:"inputs,omitempty"`
	Outputs    json.RawMessage            `json:"outputs,omitempty"`
	URL        string                     `json:"url,omitempty"`
}

// View selects what a call shows of a job's traces.
type View struct {
	Project      langsmith.Project
	JobID        uuid.UUID
	ShowJobID    bool // the text has to show the job's id, since the call does not have it
	Page         tool.PageArgs
	MaxChars     MaxCharsArgs
	Selection    Selection
	SelectedRuns *SelectedRuns // nil if the call selects nothing
	SortKey      string        // the attribute by which LangSmith sorts
	HideContent  bool          // inputs, outputs and summaries are left out
	Links        tool.Links
	Found        *langsmith.JobRunsPage

	runs    []decodedRun // of Found
	cluster *Cluster
	status  langsmith.Status // of the job, if it was fetched
}

// FindCluster finds the category whose traces are listed, and returns its id. The
// category's size is only in the whole report, which can be megabytes, so later pages with
// the category's id omit it.
func (v *View) FindCluster(ctx context.Context, env *tool.Env, named string) (uuid.UUID, error) {
	if id, isID := tool.ParseUUID(named); isID && v.Page.Offset > 0 {
		cluster, err := env.LangSmith.GetCluster(ctx, v.Project.ID, v.JobID, id)
		if err != nil {
			return uuid.Nil, err
		}
		v.cluster = &Cluster{ID: id, Name: cluster.Name}
		return id, nil
	}
	job, err := env.LangSmith.GetJob(ctx, v.Project.ID, v.JobID)
	if err != nil {
		return uuid.Nil, err
	}
	node, err := jobs.FindCategory(v.Project.ID, job, report.Build(job.Clusters), named)
	if err != nil {
		return uuid.Nil, err
	}
	if node.ID == uuid.Nil {
		return uuid.Nil, tool.Refuse("LangSmith gave category %s no id, so its traces cannot be listed alone.", markdown.Quote(node.Name, markdown.MaxName))
	}
	v.status, v.cluster = job.Status, &Cluster{ID: node.ID, Name: node.Name, NumRuns: &node.Runs}
	return node.ID, nil
}

// FindStatus fetches the job's status if no trace was found, to explain why.
func (v *View) FindStatus(ctx context.Context, env *tool.Env) error {
	if len(v.Found.Runs) > 0 || v.status != "" || v.Page.Offset > 0 {
		return nil
	}
	job, err := env.LangSmith.GetJob(ctx, v.Project.ID, v.JobID)
	if err != nil {
		return err
	}
	v.status = job.Status
	return nil
}

// The maximum lengths and numbers of what is shown of a run besides its inputs and outputs.
const (
	maxSummary    = 600 // characters
	maxError      = 500 // characters
	maxAttribute  = 200 // characters
	maxAttributes = 30

	// minChars is the length to which inputs and outputs are cut before runs are left
	// out, without max_chars.
	minChars = 200
)

// Resizable returns the list: all runs of the page with shorter inputs and outputs
// rather than a few with long ones, unless the call has max_chars.
func (v *View) Resizable() *tool.Resizable[*List] {
	v.runs = make([]decodedRun, len(v.Found.Runs))
	for i := range v.runs {
		v.runs[i] = decodeRun(&v.Found.Runs[i], v.MaxChars.Chars())
	}
	list := &tool.Resizable[*List]{Items: len(v.runs), Chars: v.MaxChars.TextChars(), Budget: v.Page.Budget(), Build: v.list}
	if v.MaxChars.MaxChars == 0 {
		list.MinChars = minChars
	}
	if v.MaxChars.MaxChars > DefaultChars {
		list.Budget = tool.LargestBudget
	}
	return list
}

func (v *View) list(items, chars int) *List {
	l := &List{Runs: make([]Run, items), view: v, chars: min(chars, v.MaxChars.Chars())}
	if v.cluster != nil {
		cluster := *v.cluster
		cluster.Name = markdown.Truncate(cluster.Name, min(markdown.MaxName, chars))
		l.Cluster = &cluster
	}
	if v.SelectedRuns != nil {
		l.Total = v.SelectedRuns.Total
	}
	for i := range items {
		l.Runs[i] = v.run(v.runs[i], chars)
	}
	l.Next = l.next()
	switch {
	case items < len(v.Found.Runs):
		l.NextOffset = v.Page.Offset + items
	case v.Found.More:
		l.NextOffset = v.Found.Next
	}
	return l
}

// hasOtherStatus reports whether there are traces, but none with the status that the call
// selects.
func (l *List) hasOtherStatus() bool {
	v := l.view
	return len(l.Runs) == 0 && v.Page.Offset == 0 && v.SelectedRuns != nil && v.Selection.Status != "" && v.SelectedRuns.Of > 0
}

// clusterID returns the id of the category whose traces are listed; uuid.Nil for all.
func (v *View) clusterID() uuid.UUID {
	if v.cluster == nil {
		return uuid.Nil
	}
	return v.cluster.ID
}

// next returns the call that reads the first of the runs, that lists those of any status,
// or that waits for the job.
func (l *List) next() *tool.Call {
	v := l.view
	switch {
	case len(l.Runs) > 0 && l.Runs[0].ID != uuid.Nil:
		return tool.NewCall("get_run", "run_id", l.Runs[0].ID, "session_id", v.Project.ID)
	case len(l.Runs) > 0 || v.Page.Offset > 0:
		return nil
	case l.hasOtherStatus():
		return tool.NewCall("list_insights_runs", "session_id", v.Project.ID, "job_id", v.JobID, "cluster_id", v.clusterID())
	case v.status == langsmith.StatusSuccess:
		return nil
	case v.status.Failed():
		return tool.NewCall("get_insights_job", "session_id", v.Project.ID, "job_id", v.JobID)
	}
	return tool.NewCall("wait_for_insights_job", "session_id", v.Project.ID, "job_id", v.JobID)
}

// run returns a run with texts of at most chars, and with inputs and outputs cut to
// max_chars.
func (v *View) run(decoded decodedRun, chars int) Run {
	found, cut := decoded.JobRun, markdown.Shortener{Max: chars}
	run := Run{
		ID:         found.ID,
		Name:       cut.Text(found.Name, markdown.MaxName),
		Status:     cut.Text(found.Status, markdown.MaxWord),
		Error:      cut.Text(found.Error, maxError),
		StartTime:  found.StartTime,
		ThreadID:   cut.Text(found.ThreadID, markdown.MaxName),
		Attributes: decoded.showAttributes(chars),
		URL:        v.Links.Run(found.ID),
	}
	if v.Selection.SortBy == "latency" || v.Selection.SortBy == "cost" {
		known := v.SelectedRuns.Runs[found.ID]
		if latency, ok := known.LatencySeconds(); ok {
			run.Latency = new(wording.Significant(latency))
		}
		if cost, ok := known.TotalCost.Get(); ok {
			run.TotalCost = new(wording.Significant(cost))
		}
	}
	if v.HideContent {
		return run
	}
	run.Summary = cut.Text(found.Summary, maxSummary)
	content := min(chars, v.MaxChars.Chars())
	run.Inputs, _ = decoded.inputs.Structured(content)
	run.Outputs, _ = decoded.outputs.Structured(content)
	return run
}

// decodedRun is a run with its contents.
type decodedRun struct {
	*langsmith.JobRun
	inputs, outputs Content
	newOutputs      Content // outputs without the parts that repeat the inputs, for the text
	attributes      map[string]Content
}

func decodeRun(run *langsmith.JobRun, chars int) decodedRun {
	decoded := decodedRun{
		JobRun: run, inputs: ReadContent(run.Inputs, chars), outputs: ReadContent(run.Outputs, chars),
		newOutputs: ReadContent(OmitRepeated(run.Outputs, run.Inputs), chars),
		attributes: map[string]Content{},
	}
	for _, name := range slices.Sorted(maps.Keys(run.Attributes)) {
		if value := ReadContent(run.Attributes[name], maxAttribute); !value.isEmpty() && len(decoded.attributes) < maxAttributes {
			decoded.attributes[name] = value
		}
	}
	return decoded
}

// showAttributes returns the attributes, which share a quarter of the characters.
func (r decodedRun) showAttributes(chars int) map[string]json.RawMessage {
	if len(r.attributes) == 0 {
		return nil
	}
	shown := make(map[string]json.RawMessage, len(r.attributes))
	cut := markdown.Shortener{Max: chars}
	for name, value := range r.attributes {
		shown[cut.Text(name, markdown.MaxName)], _ = value.Structured(min(maxAttribute, max(chars/4, 1)))
	}
	return shown
}
