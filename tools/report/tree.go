// Package report makes a report's flat list of clusters readable: as a tree,
// in order, with shares that add up.
//
// It is pure: clusters in, an order out, no requests and no words.
package report

import (
	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Node is one category in its place.
type Node struct {
	*langsmith.Cluster
	Parent   *Node // nil at the top
	Children []*Node
	Depth    int // 0 at the top

	// Runs is how many runs the category holds: what LangSmith counts, or what
	// its children hold together where that is more.
	Runs int

	listed int // its place in LangSmith's answer
}

// Tree is a report's categories, put in their places by parent_id alone:
// sources disagree on which level is the top.
type Tree struct {
	Nodes []*Node // as LangSmith lists them
	Roots []*Node

	// Total is how many runs the top categories hold together. Nested ones are
	// in their parents already, so every run is counted once.
	Total int

	// Misplaced counts the categories that stand at the top because their
	// parent is missing, or would be below them.
	Misplaced int

	byID map[uuid.UUID]*Node
}

// Build puts clusters in their places. A parent that is not in the report, a
// category that is its own parent and a ring of parents leave a category at the
// top; none is lost. One whose id is not known has no children. Of several with one id the first is the one with children.
func Build(clusters []langsmith.Cluster) *Tree {
	t := &Tree{Nodes: make([]*Node, len(clusters)), byID: make(map[uuid.UUID]*Node, len(clusters))}
	nodes := make([]Node, len(clusters))
	for i := range clusters {
		node := &nodes[i]
		node.Cluster, node.Runs, node.listed = &clusters[i], clusters[i].NumRuns, i
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
	t.breakRings()
	for _, node := range t.Nodes {
		if node.Parent == nil {
			t.Roots = append(t.Roots, node)
		} else {
			node.Parent.Children = append(node.Parent.Children, node)
		}
	}
	for _, root := range t.Roots {
		root.settle()
		t.Total += root.Runs
	}
	return t
}

// breakRings puts the largest category of every ring of parents at the top.
func (t *Tree) breakRings() {
	walked := make([]int, len(t.Nodes)) // the walk that came by first, 0 for none
	for i, node := range t.Nodes {
		walk := i + 1
		for node != nil && walked[node.listed] == 0 {
			walked[node.listed] = walk
			node = node.Parent
		}
		if node == nil || walked[node.listed] != walk {
			continue // it ended at the top, or where an earlier walk has been
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

// settle fills in what follows from a node's place, for it and all below it.
func (n *Node) settle() {
	inside := 0
	for _, child := range n.Children {
		child.Depth = n.Depth + 1
		child.settle()
		inside += child.Runs
	}
	n.Runs = max(n.NumRuns, inside)
}

// Find returns the category with an id, or nil.
func (t *Tree) Find(id uuid.UUID) *Node { return t.byID[id] }

// Share is the part of all runs, from 0 to 1, that a category holds; it is
// unknown while there are none.
func (t *Tree) Share(n *Node) (float64, bool) {
	if t.Total == 0 {
		return 0, false
	}
	return float64(n.Runs) / float64(t.Total), true
}

// Subtree returns a category and all below it.
func (n *Node) Subtree() []*Node {
	nodes := []*Node{n}
	for i := 0; i < len(nodes); i++ {
		nodes = append(nodes, nodes[i].Children...)
	}
	return nodes
}

// Within reports whether n is the category or below it.
func (n *Node) Within(category *Node) bool {
	for ; n != nil; n = n.Parent {
		if n == category {
			return true
		}
	}
	return false
}
