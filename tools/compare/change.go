package compare

import (
	"cmp"
	"math"
	"slices"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/report"
)

// Kind is how a category changed.
type Kind int

// The kinds, in the order in which they are listed. Unchanged is what moved no more
// than chance explains.
const (
	Appeared Kind = iota
	Vanished
	Grew
	Shrank
	Unchanged
)

// Change is how a category's share of all runs changed.
type Change struct {
	Pair
	Kind          Kind
	Share         float64 // 0 to 1; 0 if the category has vanished
	BaselineShare float64 // 0 if it has appeared
}

// node returns the category of the later report, or of the baseline if it has vanished.
func (p *Pair) node() *report.Node {
	if p.Now != nil {
		return p.Now
	}
	return p.Baseline
}

// chanceDeviations is the number of standard deviations within which two shares differ by
// chance alone, 19 times of 20.
const chanceDeviations = 1.96

// isWithinChance reports whether chance alone explains the difference between a part of
// one total and a part of another: a test of two proportions with Yates' correction,
// which keeps small counts from looking like changes.
func isWithinChance(part, total, otherPart, otherTotal float64) bool {
	if total <= 0 || otherTotal <= 0 {
		return true
	}
	common := min((part+otherPart)/(total+otherTotal), 1)
	return math.Abs(part/total-otherPart/otherTotal) <= computeChanceMargin(common, total, otherTotal)
}

// computeChanceMargin returns the largest difference between the shares of two samples of one
// population that chance explains (95 %).
func computeChanceMargin(share, total, otherTotal float64) float64 {
	each := 1/total + 1/otherTotal
	return min(chanceDeviations*math.Sqrt(share*(1-share)*each)+each/2, 1)
}

// Reports returns how every category changed: the largest changes of share first, and
// unchanged categories last, those with the largest changes of error rate first.
// Subcategories of a category that has subcategories in only one of the reports have
// neither appeared nor vanished: they are returned in oneSided.
func Reports(now, baseline *report.Tree) (changes []Change, oneSided []OneSided) {
	pairs := Match(now, baseline)
	counterparts := make(map[*report.Node]*report.Node, 2*len(pairs))
	for _, pair := range pairs {
		if pair.Now != nil && pair.Baseline != nil {
			counterparts[pair.Now], counterparts[pair.Baseline] = pair.Baseline, pair.Now
		}
	}
	for _, pair := range pairs {
		if parent := findDividedParent(pair, counterparts); parent == nil {
			changes = append(changes, newChange(pair, now, baseline))
		} else if i := slices.IndexFunc(oneSided, func(u OneSided) bool { return u.Parent == parent }); i >= 0 {
			oneSided[i].Subcategories = append(oneSided[i].Subcategories, pair.node())
		} else {
			oneSided = append(oneSided, OneSided{Parent: parent, InBaseline: pair.Now == nil, Subcategories: []*report.Node{pair.node()}})
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(a.rank(), b.rank()),
			cmp.Compare(b.size(), a.size()),
			cmp.Compare(b.Share, a.Share),
		)
	})
	return changes, oneSided
}

// OneSided is a category with subcategories in only one of the reports.
type OneSided struct {
	Parent        *report.Node   // in the report with the subcategories
	InBaseline    bool           // whether that is the baseline
	Subcategories []*report.Node // those without a counterpart
}

// findDividedParent returns the category above an unpaired one that has a counterpart without
// subcategories, nil if there is none.
func findDividedParent(pair Pair, counterparts map[*report.Node]*report.Node) *report.Node {
	if pair.Now != nil && pair.Baseline != nil {
		return nil
	}
	for node := pair.node().Parent; node != nil; node = node.Parent {
		if counterpart := counterparts[node]; counterpart != nil {
			if len(counterpart.Children) == 0 {
				return node
			}
			return nil
		}
	}
	return nil
}

func newChange(pair Pair, now, baseline *report.Tree) Change {
	c := Change{Pair: pair}
	if pair.Now != nil {
		c.Share, _ = now.Share(pair.Now)
	}
	if pair.Baseline != nil {
		c.BaselineShare, _ = baseline.Share(pair.Baseline)
	}
	switch {
	case pair.Baseline == nil:
		c.Kind = Appeared
	case pair.Now == nil:
		c.Kind = Vanished
	case isWithinChance(float64(pair.Now.Runs), float64(now.Total), float64(pair.Baseline.Runs), float64(baseline.Total)):
		c.Kind = Unchanged
	case c.Share > c.BaselineShare:
		c.Kind = Grew
	default:
		c.Kind = Shrank
	}
	return c
}

// rank sorts unchanged categories last.
func (c *Change) rank() int {
	if c.Kind == Unchanged {
		return 1
	}
	return 0
}

// size returns the change of a category's share, or of its error rate if the share is
// unchanged.
func (c *Change) size() float64 {
	if c.Kind != Unchanged {
		return math.Abs(c.Share - c.BaselineShare)
	}
	now, known := c.Now.Stats.Number(langsmith.StatErrorRate)
	baseline, knownBaseline := c.Baseline.Stats.Number(langsmith.StatErrorRate)
	if !known || !knownBaseline {
		return 0
	}
	return math.Abs(now - baseline)
}
