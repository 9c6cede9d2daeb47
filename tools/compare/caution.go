package compare

import (
	"fmt"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
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
