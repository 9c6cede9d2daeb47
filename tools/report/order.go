package report

import (
	"cmp"
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// Order is the value by which categories are sorted, the largest first.
type Order string

// The orders, by the values of the argument sort_by.
const (
	ByRuns      Order = "num_runs"
	ByErrorRate Order = "error_rate"
	ByLatency   Order = "latency"
	ByCost      Order = "cost"
)

// stat returns the statistic to sort by; empty for the number of runs.
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

// Sort sorts categories: the largest first, those without a value last, ties by runs. If
// values are equal a parent comes before its children, so with [ByRuns] it always does.
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

// Outline returns sorted categories in the order of a tree: each is followed by its
// descendants. A category whose parent is not among nodes is at the top. depth has the
// number of ancestors of each.
func Outline(nodes []*Node) (outlined []*Node, depth []int) {
	included := make(map[*Node]bool, len(nodes))
	for _, node := range nodes {
		included[node] = true
	}
	children := make(map[*Node][]*Node)
	var roots []*Node
	for _, node := range nodes {
		if node.Parent != nil && included[node.Parent] {
			children[node.Parent] = append(children[node.Parent], node)
		} else {
			roots = append(roots, node)
		}
	}
	outlined = make([]*Node, 0, len(nodes))
	var walk func([]*Node, int)
	walk = func(branch []*Node, level int) {
		for _, node := range branch {
			outlined, depth = append(outlined, node), append(depth, level)
			walk(children[node], level+1)
		}
	}
	walk(roots, 0)
	return outlined, depth
}
