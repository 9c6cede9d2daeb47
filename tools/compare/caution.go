package compare

import (
	"cmp"
	"fmt"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/wording"
)

// smallReport is the number of traces below which chance alone can move a share of one half
// by about ten points.
const smallReport = 200

// listCautions returns what weakens the comparison.
func (c *Comparison) listCautions() []string {
	var caution []string
	job, baseline := c.job.tree, c.baseline.tree
	if len(job.Nodes) == 0 {
		caution = append(caution, "The job's report has no categories.")
	}
	if len(baseline.Nodes) == 0 {
		caution = append(caution, "The baseline's report has no categories.")
	}
	if fewest := min(job.Total, baseline.Total); fewest > 0 && fewest < smallReport {
		caution = append(caution, fmt.Sprintf("Chance moves a share by up to %.0f points, a small one by less.",
			100*computeChanceMargin(0.5, float64(job.Total), float64(baseline.Total))))
	}
	if c.job.project.ID != c.baseline.project.ID {
		caution = append(caution, "The jobs are of different projects.")
	} else if c.job.job.ConfigID != c.baseline.job.ConfigID {
		caution = append(caution, "The jobs were started from different configs, so they may have been asked different questions.")
	}
	caution = append(caution, listScopeCautions(c.job.scope, c.baseline.scope)...)
	if c.better != nil && *c.better != (Jobs{c.baseline.job.ID, c.job.job.ID}) { // else it is to swap them
		caution = append(caution, fmt.Sprintf("Reports with the same filter over successive windows: %s.",
			wording.Call("compare_insights_jobs", "session_id", c.job.project.ID, "job_id", c.better.Job, "baseline_job_id", c.better.Baseline)))
	}
	if c.mayBeRenamed() {
		caution = append(caution, "An appeared category may be a vanished one with another name.")
	}
	if moved := c.describeMovedErrors(); moved != "" {
		caution = append(caution, moved)
	}
	for _, u := range c.oneSided[:min(len(c.oneSided), maxOneSided)] {
		caution = append(caution, u.describe())
	}
	if more := len(c.oneSided) - maxOneSided; more > 0 {
		caution = append(caution, fmt.Sprintf("%s more have subcategories in only one report.", wording.Categories(more)))
	}
	return caution
}

// mayBeRenamed reports whether some categories appeared and others vanished.
func (c *Comparison) mayBeRenamed() bool {
	var appeared, vanished bool
	for _, change := range c.changes {
		appeared = appeared || change.Kind == Appeared
		vanished = vanished || change.Kind == Vanished
	}
	return appeared && vanished
}

// maxOneSided bounds how many categories that only one report divides are named, and
// how many subcategories of each.
const maxOneSided = 3

// describe names the subcategories that are not compared.
func (u *OneSided) describe() string {
	side := "later"
	if u.InBaseline {
		side = "earlier"
	}
	var named []string
	for _, node := range u.Subcategories[:min(len(u.Subcategories), maxOneSided)] {
		named = append(named, fmt.Sprintf("%s (%s)", markdown.Quote(node.Name, maxName), wording.Thousands(node.Runs)))
	}
	if more := len(u.Subcategories) - maxOneSided; more > 0 {
		named = append(named, wording.Thousands(more)+" more")
	}
	return fmt.Sprintf("Only the %s report has subcategories of %s: %s.", side, markdown.Quote(u.Parent.Name, maxName), strings.Join(named, ", "))
}

// maxMovedErrors bounds how many unchanged categories are named whose errors changed.
const maxMovedErrors = 3

// describeMovedErrors names the categories whose share is unchanged and whose errors changed more
// than chance explains; empty for none.
func (c *Comparison) describeMovedErrors() string {
	var named []string
	for i := range c.changes {
		change := &c.changes[i]
		if change.Kind != Unchanged {
			continue
		}
		now, known := change.Now.Stats.Number(langsmith.StatErrorRate)
		baseline, knownBaseline := change.Baseline.Stats.Number(langsmith.StatErrorRate)
		runs, baselineRuns := float64(change.Now.Runs), float64(change.Baseline.Runs)
		if known && knownBaseline && !isWithinChance(now*runs, runs, baseline*baselineRuns, baselineRuns) {
			named = append(named, fmt.Sprintf("%s (%s)", markdown.Quote(change.Now.Name, maxName), writePair(&baseline, &now, wording.Percent)))
		}
	}
	if len(named) == 0 {
		return ""
	}
	if more := len(named) - maxMovedErrors; more > 0 {
		named = append(named[:maxMovedErrors], wording.Thousands(more)+" more")
	}
	return "Errors changed by more than chance, with an unchanged share: " + strings.Join(named, ", ") + "."
}

// listScopeCautions returns the differences in what two jobs read, as far as their scopes are
// known.
func listScopeCautions(job, baseline *scope.Scope) []string {
	var caution []string
	if length, other := job.Length(), baseline.Length(); length > 0 && other > 0 {
		if isBackwards(job, baseline) {
			caution = append(caution, "The baseline's window ends later than the job's, so this goes back in time: swap job_id and baseline_job_id.")
		}
		switch {
		case job.StartTime.Equal(baseline.StartTime.Time) && job.EndTime.Equal(baseline.EndTime.Time):
			caution = append(caution, "Both read the same window.")
		case job.StartTime.Before(baseline.EndTime.Time) && baseline.StartTime.Before(job.EndTime.Time):
			caution = append(caution, "The windows overlap: some traces may be in both reports.")
		}
		if longer := max(length, other); longer-min(length, other) > longer/10 {
			caution = append(caution, fmt.Sprintf("The job's window is %s, the baseline's %s: compare shares, not counts.", wording.Duration(length), wording.Duration(other)))
		}
	}
	switch knows, knowsOther := job.KnowsFilter(), baseline.KnowsFilter(); {
	case knows && knowsOther && job.Filter != baseline.Filter:
		caution = append(caution, fmt.Sprintf("The filters differ: the job reads %s, the baseline %s.", describeFilter(job), describeFilter(baseline)))
	case knows && !knowsOther && job.Filter != "":
		caution = append(caution, fmt.Sprintf("The job reads %s; the baseline's filter is unknown.", describeFilter(job)))
	case !knows && knowsOther && baseline.Filter != "":
		caution = append(caution, fmt.Sprintf("The baseline reads %s; the job's filter is unknown.", describeFilter(baseline)))
	}
	if job != nil && baseline != nil && job.Whole && baseline.Whole && job.Sample != baseline.Sample {
		caution = append(caution, fmt.Sprintf("The samples differ: the job's is %s, the baseline's %s.", cmp.Or(job.Sample, "not given"), cmp.Or(baseline.Sample, "not given")))
	}
	return caution
}

// isBackwards reports whether the baseline's window is known to end later than the job's.
func isBackwards(job, baseline *scope.Scope) bool {
	return job.Length() > 0 && baseline.Length() > 0 && baseline.EndTime.After(job.EndTime.Time)
}

func describeFilter(s *scope.Scope) string {
	if s.Filter == "" {
		return "all traces"
	}
	return "only " + s.DescribeFilter()
}
