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

// The kinds, in the order in which they are listed.
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
	Share         float64 // 0 to 1; 0 where the category has vanished
	BaselineShare float64 // 0 where it has appeared
}

// A share has changed where it differs by changedBy of all runs; or, in a small
// category, by smallChangedBy and by half of the smaller share. The margin makes up for
// the rounding of binary fractions: 12 % is 2 % more than 10 %.
const (
	changedBy      = 0.02 - margin
	smallChangedBy = 0.005 - margin
	changedRatio   = 1.5 - margin
	margin         = 1e-9
)

// Reports returns how every category changed: the largest changes of share first, and
// last what did not change, the largest changes of error rate first.
func Reports(now, baseline *report.Tree) []Change {
	pairs := Match(now, baseline)
	changes := make([]Change, len(pairs))
	for i, pair := range pairs {
		changes[i] = change(pair, now, baseline)
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(a.rank(), b.rank()),
			cmp.Compare(b.moved(), a.moved()),
			cmp.Compare(b.Share, a.Share),
		)
	})
	return changes
}

func change(pair Pair, now, baseline *report.Tree) Change {
	c := Change{Pair: pair}
	if pair.Now != nil {
		c.Share, _ = now.Share(pair.Now)
	}
	if pair.Baseline != nil {
		c.BaselineShare, _ = baseline.Share(pair.Baseline)
	}
	larger, smaller := max(c.Share, c.BaselineShare), min(c.Share, c.BaselineShare)
	switch {
	case pair.Baseline == nil:
		c.Kind = Appeared
	case pair.Now == nil:
		c.Kind = Vanished
	case larger-smaller < changedBy && (larger-smaller < smallChangedBy || larger < smaller*changedRatio):
		c.Kind = Unchanged
	case c.Share > c.BaselineShare:
		c.Kind = Grew
	default:
		c.Kind = Shrank
	}
	return c
}

// rank is higher for what did not change.
func (c *Change) rank() int {
	if c.Kind == Unchanged {
		return 1
	}
	return 0
}

// moved is by how much a category's share changed, or its error rate where the share
// did not.
func (c *Change) moved() float64 {
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
