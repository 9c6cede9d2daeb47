package report

import (
	"cmp"
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// Order is what categories are sorted by, largest first.
type Order string

// The orders, by the names that the tools' argument has.
const (
	ByRuns      Order = "num_runs"
	ByErrorRate Order = "error_rate"
	ByLatency   Order = "latency"
	ByCost      Order = "cost"
)

// stat is the statistic that an order goes by; empty for the number of runs.
func (o Order) stat() string {
	switch o {
	case ByErrorRate:
		return langsmith.StatErrorRate
	case ByLatency:
		return langsmith.StatLatencyP50
	case ByCost:
		return langsmith.StatCostP50
	}
	return ""
}

// Sort orders categories in place: the largest first, those for which the value
// is missing last, and ties by runs. A parent comes before what is below it
// wherever their values are equal, and so always in [ByRuns].
func Sort(nodes []*Node, order Order) {
	key := order.stat()
	slices.SortStableFunc(nodes, func(a, b *Node) int {
		if key != "" {
			x, hasX := a.Stats.Number(key)
			y, hasY := b.Stats.Number(key)
			if c := cmp.Or(boolCompare(hasY, hasX), cmp.Compare(y, x)); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Depth, b.Depth), cmp.Compare(a.listed, b.listed))
	})
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Outline orders categories that are sorted already as a tree reads: each
// directly before those below it. A category whose parent is not among them
// starts a branch of its own. depth is how many of its ancestors stand above it.
func Outline(nodes []*Node) (outlined []*Node, depth []int) {
	among := make(map[*Node]bool, len(nodes))
	for _, node := range nodes {
		among[node] = true
	}
	below := make(map[*Node][]*Node)
	var starts []*Node
	for _, node := range nodes {
		if node.Parent != nil && among[node.Parent] {
			below[node.Parent] = append(below[node.Parent], node)
		} else {
			starts = append(starts, node)
		}
	}
	outlined = make([]*Node, 0, len(nodes))
	var walk func([]*Node, int)
	walk = func(branch []*Node, level int) {
		for _, node := range branch {
			outlined, depth = append(outlined, node), append(depth, level)
			walk(below[node], level+1)
		}
	}
	walk(starts, 0)
	return outlined, depth
}
