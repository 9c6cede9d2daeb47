package compare

import (
	"fmt"
	"math"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/wording"
)

// Result is what compare_insights_jobs gives.
type Result struct {
	Job       JobResult        `json:"job"`
	Baseline  JobResult        `json:"baseline"`
	Appeared  []CategoryChange `json:"appeared"`
	Vanished  []CategoryChange `json:"vanished"`
	Grew      []CategoryChange `json:"grew"`
	Shrank    []CategoryChange `json:"shrank"`
	Unchanged []CategoryChange `json:"unchanged"`
	Caution   []string         `json:"caution,omitempty"`

	view  *View
	shown []Change
}

type JobResult struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	NumRuns int       `json:"num_runs"`
}

// CategoryChange is a category of the later report, its match in the baseline
// and what became of it.
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

// Compared is how much of a category a comparison shows.
var Compared = jobs.Detail{Name: 80}

type View struct {
	Now, Baseline Side
	Changes       []Change
}

// Build shows the first so many changes, which are the largest.
func (v *View) Build(items, most int) *Result {
	r := &Result{
		Job: v.Now.result(most), Baseline: v.Baseline.result(most), Caution: v.caution(),
		Appeared: []CategoryChange{}, Vanished: []CategoryChange{}, Grew: []CategoryChange{}, Shrank: []CategoryChange{}, Unchanged: []CategoryChange{},
		view: v, shown: v.Changes[:items],
	}
	for _, change := range r.shown {
		list := map[Kind]*[]CategoryChange{
			Appeared: &r.Appeared, Vanished: &r.Vanished, Grew: &r.Grew, Shrank: &r.Shrank, Unchanged: &r.Unchanged,
		}[change.Kind]
		*list = append(*list, newCategoryChange(change, most))
	}
	return r
}

func (c *Side) result(most int) JobResult {
	cut := markdown.Shortener{Max: most}
	return JobResult{ID: c.job.ID, Name: cut.Text(c.job.Name, markdown.MaxName), NumRuns: c.Tree.Total}
}

func newCategoryChange(change Change, most int) CategoryChange {
	cut := markdown.Shortener{Max: most}
	listed := CategoryChange{}
	if node := change.Baseline; node != nil {
		baselineShare := wording.Round4(change.BaselineShare)
		listed.Name = cut.Text(node.Name, Compared.Name)
		listed.BaselineName, listed.BaselineClusterID = listed.Name, node.ID
		listed.BaselineNumRuns, listed.BaselineShare, listed.BaselineStats = &node.Runs, &baselineShare, Compared.Stats(node.Stats, &cut)
	}
	if node := change.Now; node != nil {
		share := wording.Round4(change.Share)
		listed.Name, listed.ClusterID = cut.Text(node.Name, Compared.Name), node.ID
		listed.NumRuns, listed.Share, listed.Stats = &node.Runs, &share, Compared.Stats(node.Stats, &cut)
	}
	if change.Now != nil && change.Baseline != nil {
		similarity := math.Round(change.Similarity*100) / 100
		listed.Similarity = &similarity
	}
	return listed
}

// fewTraces is how many traces a report needs for its shares to be within seven
// points or so of what they would be over all traces.
const fewTraces = 200

// caution says what to beware of before concluding anything.
func (v *View) caution() []string {
	var caution []string
	now, baseline := v.Now.Tree, v.Baseline.Tree
	if len(now.Nodes) == 0 {
		caution = append(caution, "The report of the job holds no category.")
	}
	if len(baseline.Nodes) == 0 {
		caution = append(caution, "The report of the baseline holds no category.")
	}
	if fewest := min(now.Total, baseline.Total); fewest > 0 && fewest < fewTraces {
		caution = append(caution, fmt.Sprintf("Small sample: %s against %s. By chance alone a share can be off by %.0f points or so.",
			wording.Count(now.Total, "trace"), wording.Thousands(baseline.Total), 100*chanceMargin(fewest)))
	}
	if v.Now.Project.ID != v.Baseline.Project.ID {
		caution = append(caution, "The jobs are of different projects.")
	} else if v.Now.job.ConfigID != v.Baseline.job.ConfigID {
		caution = append(caution, "The jobs were started from different configs, so they may have been asked different questions.")
	}
	if overlap(&v.Now.job.Job, &v.Baseline.job.Job) {
		caution = append(caution, "The windows overlap: some traces may be in both reports.")
	}
	if v.reworded() {
		caution = append(caution, "Names are made anew for each report: what appeared may be what vanished under another name.")
	}
	if nested(now) || nested(baseline) {
		caution = append(caution, "Categories of every level are compared: traces of a subcategory are in its parent too.")
	}
	return caution
}

// chanceMargin is how far a share of a half can be off, 19 times of 20, when it
// is measured on so many traces; other shares are off by less.
func chanceMargin(runs int) float64 { return min(0.98/math.Sqrt(float64(max(runs, 1))), 1) }

// reworded reports whether categories appeared as well as vanished.
func (v *View) reworded() bool {
	var appeared, vanished bool
	for _, change := range v.Changes {
		appeared = appeared || change.Kind == Appeared
		vanished = vanished || change.Kind == Vanished
	}
	return appeared && vanished
}

func nested(tree *report.Tree) bool { return len(tree.Roots) < len(tree.Nodes) }

// overlap reports whether two jobs analysed some time in common, as far as
// their windows are known.
func overlap(a, b *langsmith.Job) bool {
	known := a.EndTime.Sub(a.StartTime.Time) >= jobs.ShortestWindow && b.EndTime.Sub(b.StartTime.Time) >= jobs.ShortestWindow
	return known && !a.StartTime.IsZero() && !b.StartTime.IsZero() && a.StartTime.Before(b.EndTime.Time) && b.StartTime.Before(a.EndTime.Time)
}
