package compare

import (
	"fmt"
	"strings"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// fewTraces is how many traces two reports need for a share of a half to move by less
// than about ten points by chance.
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
		caution = append(caution, fmt.Sprintf("Small sample: chance alone moves a share of a half by up to %.0f points, a smaller one by less.",
			100*chanceMargin(0.5, float64(job.Total), float64(baseline.Total))))
	}
	if c.job.project.ID != c.baseline.project.ID {
		caution = append(caution, "The jobs are of different projects.")
	} else if c.job.job.ConfigID != c.baseline.job.ConfigID {
		caution = append(caution, "The jobs were started from different configs, so they may have been asked different questions.")
	}
	if windowsOverlap(c.job, c.baseline) {
		caution = append(caution, "The windows overlap: some traces may be in both reports.")
	}
	if c.mayBeRenamed() {
		caution = append(caution, "Names are new in each report: what appeared may be what vanished under another name.")
	}
	for _, u := range c.undivided[:min(len(c.undivided), maxUndivided)] {
		caution = append(caution, u.describe())
	}
	if more := len(c.undivided) - maxUndivided; more > 0 {
		caution = append(caution, fmt.Sprintf("Only one report divides %s more.", wording.Categories(more)))
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

// maxUndivided bounds how many categories that only one report divides are named, and
// how many subcategories of each.
const maxUndivided = 3

// describe names the subcategories that are not compared.
func (u *Undivided) describe() string {
	side := "later"
	if u.InBaseline {
		side = "earlier"
	}
	var named []string
	for _, node := range u.Subcategories[:min(len(u.Subcategories), maxUndivided)] {
		named = append(named, fmt.Sprintf("%s (%s)", markdown.Quote(node.Name, maxName), wording.Thousands(node.Runs)))
	}
	if more := len(u.Subcategories) - maxUndivided; more > 0 {
		named = append(named, wording.Thousands(more)+" more")
	}
	return fmt.Sprintf("Only the %s report divides %s, so not compared: %s.", side, markdown.Quote(u.Parent.Name, maxName), strings.Join(named, ", "))
}

// windowsOverlap reports whether two jobs analysed some time in common, as far as
// their windows are known.
func windowsOverlap(a, b *Side) bool {
	aStart, aEnd := a.window()
	bStart, bEnd := b.window()
	return aStart.Before(bEnd.Time) && bStart.Before(aEnd.Time)
}
