package compare

import (
	"fmt"
	"math"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Comparison compares two reports.
type Comparison struct {
	job, baseline *Side
	changes       []Change // the largest first
	oneSided      []OneSided
	names         map[string]int // the number of changes with a name
	better        *Jobs          // nil if there is none
}

// New compares a job with an earlier one. better is a pair of jobs that are easier to
// compare, nil for none.
func New(job, baseline *Side, better *Jobs) *Comparison {
	c := &Comparison{job: job, baseline: baseline, names: map[string]int{}, better: better}
	c.changes, c.oneSided = Reports(job.tree, baseline.tree)
	for i := range c.changes {
		c.names[c.changes[i].node().Name]++
	}
	return c
}

// Result is the result of a comparison.
type Result struct {
	Job       JobResult        `json:"job"`
	Baseline  JobResult        `json:"baseline"`
	Appeared  []CategoryChange `json:"appeared"`
	Vanished  []CategoryChange `json:"vanished"`
	Grew      []CategoryChange `json:"grew"`
	Shrank    []CategoryChange `json:"shrank"`
	Unchanged []CategoryChange `json:"unchanged"`
	tool.Cautions
	tool.NextCall

	comparison *Comparison
	shown      int // the number of changes
}

// JobResult is one of the jobs that were compared.
type JobResult struct {
	ID        uuid.UUID    `json:"id"`
	Name      string       `json:"name"`
	Scope     *scope.Scope `json:"scope,omitempty"`
	NumRuns   int          `json:"num_runs"`
	ErrorRate *float64     `json:"error_rate,omitempty"`
}

// CategoryChange is a category, its match in the baseline, and what changed.
type CategoryChange struct {
	Name              string         `json:"name"`
	Parent            string         `json:"parent,omitempty"`        // if another category has the same name
	BaselineName      string         `json:"baseline_name,omitempty"` // if it differs
	Similarity        float64        `json:"similarity,omitempty"`    // if it is not 1
	NumRuns           *int           `json:"num_runs,omitempty"`
	BaselineNumRuns   *int           `json:"baseline_num_runs,omitempty"`
	Share             *float64       `json:"share,omitempty"`
	BaselineShare     *float64       `json:"baseline_share,omitempty"`
	Stats             map[string]any `json:"stats,omitempty"`
	BaselineStats     map[string]any `json:"baseline_stats,omitempty"`
	ClusterID         uuid.UUID      `json:"cluster_id,omitzero"`
	BaselineClusterID uuid.UUID      `json:"baseline_cluster_id,omitzero"` // if it has vanished
}

// maxName is the maximum length of a category's name in a comparison, in characters.
const maxName = 80

// Resizable returns the comparison as a result, with as many changes as fit.
func (c *Comparison) Resizable() *tool.Resizable[*Result] {
	return &tool.Resizable[*Result]{Items: len(c.changes), Chars: maxName, Build: c.result}
}

func (c *Comparison) result(items, chars int) *Result {
	r := &Result{
		Job: c.job.result(chars), Baseline: c.baseline.result(chars),
		Appeared: []CategoryChange{}, Vanished: []CategoryChange{}, Grew: []CategoryChange{}, Shrank: []CategoryChange{}, Unchanged: []CategoryChange{},
		NextCall: tool.NextCall{Next: c.next()}, Cautions: tool.Cautions{Caution: c.listCautions()}, comparison: c, shown: items,
	}
	if left := len(c.changes) - items; left > 0 {
		r.Caution = append(r.Caution, fmt.Sprintf("%s with smaller or no changes not shown: get_insights_job lists all categories of each report.", wording.Categories(left)))
	}
	lists := [...]*[]CategoryChange{Appeared: &r.Appeared, Vanished: &r.Vanished, Grew: &r.Grew, Shrank: &r.Shrank, Unchanged: &r.Unchanged}
	for _, change := range c.changes[:items] {
		*lists[change.Kind] = append(*lists[change.Kind], c.newCategoryChange(&change, chars))
	}
	return r
}

// next returns the call that shows a failed trace of the categories that appeared or grew:
// of the leaf category with the most failed traces. If there is none, it returns the call
// that shows the whole report. If the comparison goes back in time, it returns the one that
// does not.
func (c *Comparison) next() *tool.Call {
	if isBackwards(c.job.scope, c.baseline.scope) {
		call := []any{"session_id", c.baseline.project.ID, "job_id", c.baseline.job.ID, "baseline_job_id", c.job.job.ID}
		if c.job.project.ID != c.baseline.project.ID {
			call = append(call, "baseline_session_id", c.job.project.ID)
		}
		return tool.NewCall("compare_insights_jobs", call...)
	}
	var worst *report.Node
	var failures float64
	for i := range c.changes {
		change := &c.changes[i]
		if change.Kind != Appeared && change.Kind != Grew || len(change.Now.Children) > 0 {
			continue
		}
		rate, _ := change.Now.Stats.Number(langsmith.StatErrorRate)
		if failed := rate * float64(change.Now.Runs); worst == nil || failed > failures {
			worst, failures = change.Now, failed
		}
	}
	if worst == nil {
		return tool.NewCall("get_insights_job", "session_id", c.job.project.ID, "job_id", c.job.job.ID)
	}
	status := ""
	if failures > 0 {
		status = "error"
	}
	return tool.NewCall("list_insights_runs", "session_id", c.job.project.ID, "job_id", c.job.job.ID, "cluster_id", worst.ID, "status", status, "limit", 1)
}

func (s *Side) result(chars int) JobResult {
	return JobResult{ID: s.job.ID, Name: markdown.Truncate(s.job.Name, chars), Scope: s.scope, NumRuns: s.tree.Total, ErrorRate: s.errorRate()}
}

func (c *Comparison) newCategoryChange(change *Change, chars int) CategoryChange {
	node := change.node()
	shown := CategoryChange{Name: markdown.Truncate(node.Name, chars)}
	if c.names[node.Name] > 1 && node.Parent != nil {
		shown.Parent = markdown.Truncate(node.Parent.Name, chars)
	}
	if node := change.Baseline; node != nil {
		shown.BaselineNumRuns, shown.BaselineStats = &node.Runs, jobs.MainStats(node.Stats)
		shown.BaselineShare = new(wording.Rate(change.BaselineShare))
	}
	if node := change.Now; node != nil {
		shown.ClusterID, shown.NumRuns, shown.Stats = node.ID, &node.Runs, jobs.MainStats(node.Stats)
		shown.Share = new(wording.Rate(change.Share))
	}
	if change.Kind == Unchanged { // what its traces cost is in the reports
		delete(shown.Stats, langsmith.StatCostP50)
		delete(shown.BaselineStats, langsmith.StatCostP50)
	}
	switch {
	case change.Kind == Vanished:
		shown.BaselineClusterID = node.ID
	case change.Kind != Appeared && change.Baseline.Name != node.Name:
		shown.BaselineName = markdown.Truncate(change.Baseline.Name, chars)
		if similarity := math.Round(change.Similarity*100) / 100; similarity < 1 {
			shown.Similarity = similarity
		}
	}
	return shown
}

// Side is one of the two jobs of a comparison.
type Side struct {
	project langsmith.Project
	job     *langsmith.Report
	tree    *report.Tree
	scope   *scope.Scope // nil if unknown
}

// NewSide returns a job that has succeeded as a side of a comparison.
func NewSide(project langsmith.Project, job *langsmith.Report, known *scope.Memory) *Side {
	return &Side{project: project, job: job, tree: report.Build(job.Clusters), scope: jobs.ScopeOf(&job.Job, known)}
}

// errorRate returns the share of the report's traces that ended in an error, nil if a top
// category has no error rate.
func (s *Side) errorRate() *float64 {
	if s.tree.Total == 0 {
		return nil
	}
	var failed float64
	for _, root := range s.tree.Roots {
		rate, known := root.Stats.Number(langsmith.StatErrorRate)
		if !known && root.Runs > 0 {
			return nil
		}
		failed += rate * float64(root.Runs)
	}
	return new(wording.Rate(failed / float64(s.tree.Total)))
}
