package compare

import (
	"fmt"
	"math"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/wording"
)

// fewTraces is how many traces a report needs for its shares to be within about
// seven points of what they would be over all traces.
const fewTraces = 200

// caution says what weakens the comparison.
func (c *Comparison) caution() []string {
	var caution []string
	job, baseline := c.job.tree, c.baseline.tree
	if len(job.Nodes) == 0 {
		caution = append(caution, "The report of the job holds no category.")
	}
	if len(baseline.Nodes) == 0 {
		caution = append(caution, "The report of the baseline holds no category.")
	}
	if fewest := min(job.Total, baseline.Total); fewest > 0 && fewest < fewTraces {
		caution = append(caution, fmt.Sprintf("Small sample: %s against %s. By chance alone a share can be off by %.0f points or so.",
			wording.Count(job.Total, "trace"), wording.Thousands(baseline.Total), 100*chanceMargin(fewest)))
	}
	if c.job.project.ID != c.baseline.project.ID {
		caution = append(caution, "The jobs are of different projects.")
	} else if c.job.job.ConfigID != c.baseline.job.ConfigID {
		caution = append(caution, "The jobs were started from different configs, so they may have been asked different questions.")
	}
	if windowsOverlap(&c.job.job.Job, &c.baseline.job.Job) {
		caution = append(caution, "The windows overlap: some traces may be in both reports.")
	}
	if c.mayBeRenamed() {
		caution = append(caution, "Names are made anew for each report: what appeared may be what vanished under another name.")
	}
	if isNested(job) || isNested(baseline) {
		caution = append(caution, "Categories of every level are compared: traces of a subcategory are in its parent too.")
	}
	return caution
}

// chanceMargin is how far a share of a half is off at most, 19 times of 20, when it
// is measured on so many traces. Other shares are off by less.
func chanceMargin(traces int) float64 { return min(0.98/math.Sqrt(float64(max(traces, 1))), 1) }

// mayBeRenamed reports whether some categories appeared and others vanished.
func (c *Comparison) mayBeRenamed() bool {
	var appeared, vanished bool
	for _, change := range c.changes {
		appeared = appeared || change.Kind == Appeared
		vanished = vanished || change.Kind == Vanished
	}
	return appeared && vanished
}

func isNested(tree *report.Tree) bool { return len(tree.Roots) < len(tree.Nodes) }

// windowsOverlap reports whether two jobs analysed some time in common, as far as
// their windows are known.
func windowsOverlap(a, b *langsmith.Job) bool {
	return jobs.HasWindow(a) && jobs.HasWindow(b) && a.StartTime.Before(b.EndTime.Time) && b.StartTime.Before(a.EndTime.Time)
}
