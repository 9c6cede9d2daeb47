package compare

import (
	"math"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Comparison is two reports and what changed between them.
type Comparison struct {
	job, baseline *Side
	changes       []Change // the largest first
}

// New compares a job with an earlier one.
func New(job, baseline *Side) *Comparison {
	return &Comparison{job: job, baseline: baseline, changes: Reports(job.tree, baseline.tree)}
}

// Result is what a comparison found.
type Result struct {
	Job       JobResult        `json:"job"`
	Baseline  JobResult        `json:"baseline"`
	Appeared  []CategoryChange `json:"appeared"`
	Vanished  []CategoryChange `json:"vanished"`
	Grew      []CategoryChange `json:"grew"`
	Shrank    []CategoryChange `json:"shrank"`
	Unchanged []CategoryChange `json:"unchanged"`
	Caution   []string         `json:"caution,omitempty"`

	comparison *Comparison
	shown      int // changes
}

// JobResult is one of the jobs that were compared.
type JobResult struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	NumRuns int       `json:"num_runs"`
}

// CategoryChange is a category of the later report, its match in the baseline, and
// what changed.
type CategoryChange struct {
	Name              string         `json:"name"`
	BaselineName      string         `json:"baseline_name,omitempty"`
	Similarity        *float64       `json:"similarity,omitempty"`
	NumRuns           *int           `json:"num_runs,omitempty"`
	BaselineNumRuns   *int           `json:"baseline_num_runs,omitempty"`
	Share             *float64       `json:"share,omitempty"`
	BaselineShare     *float64       `json:"baseline_share,omitempty"`
	Stats             map[string]any `json:"stats,omitempty"`
	BaselineStats     map[string]any `json:"baseline_stats,omitempty"`
	ClusterID         uuid.UUID      `json:"cluster_id,omitzero"`
	BaselineClusterID uuid.UUID      `json:"baseline_cluster_id,omitzero"`
}

// maxName bounds a category's name in a comparison, in bytes.
const maxName = 80

// Resizable returns the comparison as a result, with as many changes as fit.
func (c *Comparison) Resizable() *tool.Resizable[*Result] {
	return &tool.Resizable[*Result]{Items: len(c.changes), Chars: maxName, Build: c.result}
}

func (c *Comparison) result(items, chars int) *Result {
	r := &Result{
		Job: c.job.result(chars), Baseline: c.baseline.result(chars), Caution: c.caution(),
		Appeared: []CategoryChange{}, Vanished: []CategoryChange{}, Grew: []CategoryChange{}, Shrank: []CategoryChange{}, Unchanged: []CategoryChange{},
		comparison: c, shown: items,
	}
	lists := [...]*[]CategoryChange{Appeared: &r.Appeared, Vanished: &r.Vanished, Grew: &r.Grew, Shrank: &r.Shrank, Unchanged: &r.Unchanged}
	for _, change := range c.changes[:items] {
		*lists[change.Kind] = append(*lists[change.Kind], newCategoryChange(change, chars))
	}
	return r
}

func (s *Side) result(chars int) JobResult {
	return JobResult{ID: s.job.ID, Name: markdown.Truncate(s.job.Name, chars), NumRuns: s.tree.Total}
}

func newCategoryChange(change Change, chars int) CategoryChange {
	var c CategoryChange
	if node := change.Baseline; node != nil {
		share := wording.Round4(change.BaselineShare)
		c.Name = markdown.Truncate(node.Name, chars)
		c.BaselineName, c.BaselineClusterID = c.Name, node.ID
		c.BaselineNumRuns, c.BaselineShare, c.BaselineStats = &node.Runs, &share, jobs.MainStats(node.Stats)
	}
	if node := change.Now; node != nil {
		share := wording.Round4(change.Share)
		c.Name, c.ClusterID = markdown.Truncate(node.Name, chars), node.ID
		c.NumRuns, c.Share, c.Stats = &node.Runs, &share, jobs.MainStats(node.Stats)
	}
	if change.Now != nil && change.Baseline != nil {
		similarity := math.Round(change.Similarity*100) / 100
		c.Similarity = &similarity
	}
	return c
}
