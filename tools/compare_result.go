package tools

import (
	"fmt"
	"math"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/compare"
	"langsmith-insights-mcp/tools/report"
)

// compareResult is what compare_insights_jobs gives.
type compareResult struct {
	Job       comparedJobResult `json:"job"`
	Baseline  comparedJobResult `json:"baseline"`
	Appeared  []categoryChange  `json:"appeared"`
	Vanished  []categoryChange  `json:"vanished"`
	Grew      []categoryChange  `json:"grew"`
	Shrank    []categoryChange  `json:"shrank"`
	Unchanged []categoryChange  `json:"unchanged"`
	Caution   []string          `json:"caution,omitempty"`

	view  *compareView
	shown []compare.Change
}

type comparedJobResult struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	NumRuns int       `json:"num_runs"`
}

// categoryChange is a category of the later report, its match in the baseline
// and what became of it.
type categoryChange struct {
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

// compared is how much of a category a comparison shows.
var compared = reportDetail{name: 80}

type compareView struct {
	now, baseline comparedJob
	changes       []compare.Change
}

// result shows the first so many changes, which are the largest.
func (v *compareView) result(items, most int) *compareResult {
	r := &compareResult{
		Job: v.now.result(most), Baseline: v.baseline.result(most), Caution: v.caution(),
		Appeared: []categoryChange{}, Vanished: []categoryChange{}, Grew: []categoryChange{}, Shrank: []categoryChange{}, Unchanged: []categoryChange{},
		view: v, shown: v.changes[:items],
	}
	for _, change := range r.shown {
		list := map[compare.Kind]*[]categoryChange{
			compare.Appeared: &r.Appeared, compare.Vanished: &r.Vanished, compare.Grew: &r.Grew, compare.Shrank: &r.Shrank, compare.Unchanged: &r.Unchanged,
		}[change.Kind]
		*list = append(*list, newCategoryChange(change, most))
	}
	return r
}

func (c *comparedJob) result(most int) comparedJobResult {
	cut := cutter{chars: most}
	return comparedJobResult{ID: c.job.ID, Name: cut.to(c.job.Name, longestName), NumRuns: c.tree.Total}
}

func newCategoryChange(change compare.Change, most int) categoryChange {
	cut := cutter{chars: most}
	listed := categoryChange{}
	if node := change.Baseline; node != nil {
		baselineShare := round4(change.BaselineShare)
		listed.Name = cut.to(node.Name, compared.name)
		listed.BaselineName, listed.BaselineClusterID = listed.Name, node.ID
		listed.BaselineNumRuns, listed.BaselineShare, listed.BaselineStats = &node.Runs, &baselineShare, compared.stats(node.Stats, &cut)
	}
	if node := change.Now; node != nil {
		share := round4(change.Share)
		listed.Name, listed.ClusterID = cut.to(node.Name, compared.name), node.ID
		listed.NumRuns, listed.Share, listed.Stats = &node.Runs, &share, compared.stats(node.Stats, &cut)
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
func (v *compareView) caution() []string {
	var caution []string
	now, baseline := v.now.tree, v.baseline.tree
	if len(now.Nodes) == 0 {
		caution = append(caution, "The report of the job holds no category.")
	}
	if len(baseline.Nodes) == 0 {
		caution = append(caution, "The report of the baseline holds no category.")
	}
	if fewest := min(now.Total, baseline.Total); fewest > 0 && fewest < fewTraces {
		caution = append(caution, fmt.Sprintf("Small sample: %s against %s. By chance alone a share can be off by %.0f points or so.",
			count(now.Total, "trace"), thousands(baseline.Total), 100*chanceMargin(fewest)))
	}
	if v.now.project.ID != v.baseline.project.ID {
		caution = append(caution, "The jobs are of different projects.")
	} else if v.now.job.ConfigID != v.baseline.job.ConfigID {
		caution = append(caution, "The jobs were started from different configs, so they may have been asked different questions.")
	}
	if overlap(&v.now.job.Job, &v.baseline.job.Job) {
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
func (v *compareView) reworded() bool {
	var appeared, vanished bool
	for _, change := range v.changes {
		appeared = appeared || change.Kind == compare.Appeared
		vanished = vanished || change.Kind == compare.Vanished
	}
	return appeared && vanished
}

func nested(tree *report.Tree) bool { return len(tree.Roots) < len(tree.Nodes) }

// overlap reports whether two jobs analysed some time in common, as far as
// their windows are known.
func overlap(a, b *langsmith.Job) bool {
	known := a.EndTime.Sub(a.StartTime.Time) >= shortestWindow && b.EndTime.Sub(b.StartTime.Time) >= shortestWindow
	return known && !a.StartTime.IsZero() && !b.StartTime.IsZero() && a.StartTime.Before(b.EndTime.Time) && b.StartTime.Before(a.EndTime.Time)
}
