package report

import (
	"cmp"
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// Order is what categories are sorted by, the largest first.
type Order string

// The orders, as the argument sort_by names them.
const (
	ByRuns      Order = "num_runs"
	ByErrorRate Order = "error_rate"
	ByLatency   Order = "latency"
	ByCost      Order = "cost"
)

// stat returns the statistic of an order; empty for the number of runs.
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

// Sort sorts categories: the largest first, those without a value last, ties by runs.
// Where values are equal a parent comes before its children, and so always in [ByRuns].
func Sort(nodes []*Node, order Order) {
	key := order.stat()
	slices.SortStableFunc(nodes, func(a, b *Node) int {
		if key != "" {
			x, hasX := a.Stats.Number(key)
			y, hasY := b.Stats.Number(key)
			if c := cmp.Or(compareBools(hasY, hasX), cmp.Compare(y, x)); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Depth, b.Depth), cmp.Compare(a.index, b.index))
	})
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Outline puts sorted categories into the order of a tree: each is followed by those
// below it. A category whose parent is not among them is at the top. depth is how many
// ancestors are above it.
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
