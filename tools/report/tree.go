// Package report builds the tree of a report's flat list of clusters, and sorts it.
package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Node is a category in the tree.
type Node struct {
	*langsmith.Cluster
	Parent   *Node // nil at the top
	Children []*Node
	Depth    int // 0 at the top

	// Runs is the number of the category's runs: LangSmith's, or that of its children if it
	// is larger.
	Runs int

	index int // the position in LangSmith's list
}

// Tree is the tree of a report's categories. It is built from their parents, and not from
// their levels, because sources disagree on which level is the top.
type Tree struct {
	Nodes []*Node // as LangSmith lists them
	Roots []*Node

	// Total is the number of runs of the top categories, which include the runs of the
	// others.
	Total int

	// Misplaced is the number of categories at the top whose parent is missing or is their
	// descendant.
	Misplaced int

	byID map[uuid.UUID]*Node
}

// Build builds the tree of all clusters. A category is at the top if its parent is missing,
// is the category itself, or is its descendant. If several have the same id, the first has
// the children; a category without an id has none.
func Build(clusters []langsmith.Cluster) *Tree {
	t := &Tree{Nodes: make([]*Node, len(clusters)), byID: make(map[uuid.UUID]*Node, len(clusters))}
	nodes := make([]Node, len(clusters))
	for i := range clusters {
		node := &nodes[i]
		node.Cluster, node.Runs, node.index = &clusters[i], clusters[i].NumRuns, i
		t.Nodes[i] = node
		if _, taken := t.byID[node.ID]; !taken && node.ID != uuid.Nil {
			t.byID[node.ID] = node
		}
	}
	for _, node := range t.Nodes {
		if node.ParentID == uuid.Nil {
			continue
		}
		if node.Parent = t.byID[node.ParentID]; node.Parent == nil || node.Parent == node {
			node.Parent = nil
			t.Misplaced++
		}
	}
	t.breakCycles()
	for _, node := range t.Nodes {
		if node.Parent == nil {
			t.Roots = append(t.Roots, node)
		} else {
			node.Parent.Children = append(node.Parent.Children, node)
		}
	}
	for _, root := range t.Roots {
		root.complete()
		t.Total += root.Runs
	}
	return t
}

// breakCycles moves the largest category of every cycle of parents to the top.
func (t *Tree) breakCycles() {
	walked := make([]int, len(t.Nodes)) // the first walk that reached a node; 0 for none
	for i, node := range t.Nodes {
		walk := i + 1
		for node != nil && walked[node.index] == 0 {
			walked[node.index] = walk
			node = node.Parent
		}
		if node == nil || walked[node.index] != walk {
			continue // the walk reached the top, or a node of an earlier walk
		}
		largest := node
		for next := node.Parent; next != node; next = next.Parent {
			if next.NumRuns > largest.NumRuns {
				largest = next
			}
		}
		largest.Parent = nil
		t.Misplaced++
	}
}

// complete sets the depth and the runs of a node and of its descendants.
func (n *Node) complete() {
	inside := 0
	for _, child := range n.Children {
		child.Depth = n.Depth + 1
		child.complete()
		inside += child.Runs
	}
	n.Runs = max(n.NumRuns, inside)
}

// Find returns the category with an id, or nil.
func (t *Tree) Find(id uuid.UUID) *Node { return t.byID[id] }

// minPrefix is the minimum length of a prefix that identifies an id, in characters.
const minPrefix = 6

// Match returns the categories that a text identifies: the one with that id, else all with
// that name or with an id that begins with it. If there are none, it ignores the case of
// names.
func (t *Tree) Match(text string) []*Node {
	if id, err := uuid.Parse(text); err == nil && t.byID[id] != nil {
		return []*Node{t.byID[id]}
	}
	isPrefix := func(id uuid.UUID) bool {
		return len(text) >= minPrefix && id != uuid.Nil && strings.HasPrefix(id.String(), strings.ToLower(text))
	}
	var matches, folded []*Node
	for _, node := range t.Nodes {
		switch {
		case node.Name == text || isPrefix(node.ID):
			matches = append(matches, node)
		case strings.EqualFold(node.Name, strings.TrimSpace(text)):
			folded = append(folded, node)
		}
	}
	if matches == nil {
		return folded
	}
	return matches
}

// Near returns the categories that are similar to a text, largest first: those whose name
// contains it or one of its words, and those whose id begins with it.
func (t *Tree) Near(text string) []*Node {
	text = strings.ToLower(strings.TrimSpace(text))
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var near []*Node
	for _, node := range t.Nodes {
		name := strings.ToLower(node.Name)
		isNear := text != "" && (strings.Contains(name, text) || node.ID != uuid.Nil && strings.HasPrefix(node.ID.String(), text))
		for _, word := range words {
			isNear = isNear || len(word) >= minWord && strings.Contains(name, strings.TrimSuffix(word, "s"))
		}
		if isNear {
			near = append(near, node)
		}
	}
	Sort(near, ByRuns)
	return near
}

// minWord is the length in bytes from which a word is compared.
const minWord = 4

// Share returns a category's share of all runs, from 0 to 1, and whether it is known. It is
// unknown without runs.
func (t *Tree) Share(n *Node) (float64, bool) {
	if t.Total == 0 {
		return 0, false
	}
	return float64(n.Runs) / float64(t.Total), true
}

// Subtree returns a category and its descendants.
func (n *Node) Subtree() []*Node {
	nodes := []*Node{n}
	for i := 0; i < len(nodes); i++ {
		nodes = append(nodes, nodes[i].Children...)
	}
	return nodes
}

// Within reports whether n is a category or one of its descendants.
func (n *Node) Within(category *Node) bool {
	for ; n != nil; n = n.Parent {
		if n == category {
			return true
		}
	}
	return false
}

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
