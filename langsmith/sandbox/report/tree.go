package report

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// node is a category while the report is made.
type node struct {
	parent   int
	children []int
	rows     []int
	fixed    string // the name of a partition
	about    string // and its description
	depth    int
	phrase   string // an example in its users' words
}

// grow builds the tree of categories, parents before children, and puts every
// row into the smallest that holds it.
func (b *builder) grow() {
	widths := levels(b.in.Hierarchy)
	if len(widths) == 0 {
		widths = suggested(len(b.rows))
	}
	if len(b.in.Partitions) == 0 {
		b.plant(-1, b.nest(b.every(), widths))
	} else {
		// Unknown: how LangSmith reads a hierarchy beside partitions. Here the
		// partitions take the place of its first level.
		for _, at := range b.partition() {
			rows := b.nodes[at].rows
			below := scaled(widths[1:], len(rows), len(b.rows))
			if len(below) > 0 && len(rows) >= leastSplit {
				b.plant(at, b.nest(rows, below))
			}
		}
	}
	for at, n := range b.nodes {
		for _, row := range n.rows {
			b.rows[row].Category = at // children come later and so prevail
		}
	}
}

// Bounds of a hierarchy. What is finer or deeper is left out.
const (
	maxWidth   = 200
	maxLevels  = 5
	leastSplit = 6 // traces in a category that can be divided
)

// levels makes a hierarchy grow from level to level: a level that has no more
// categories than the one above it adds nothing.
func levels(hierarchy []int) []int {
	var widths []int
	for _, width := range hierarchy {
		width = min(width, maxWidth)
		if len(widths) == 0 || width > widths[len(widths)-1] {
			widths = append(widths, width)
		}
	}
	return widths[:min(len(widths), maxLevels)]
}

// scaled is a partition's part of the levels below the partitions.
func scaled(widths []int, part, whole int) []int {
	var own []int
	for _, width := range widths {
		own = append(own, int(math.Round(float64(width)*float64(part)/float64(whole))))
	}
	own = levels(own)
	return slices.DeleteFunc(own, func(width int) bool { return width < 2 })
}

// group is a category with those inside it.
type group struct {
	rows []int
	kids []group
}

// nest groups rows from the bottom up: the finest groups first, then those that
// are alike into larger ones, level by level.
func (b *builder) nest(rows []int, widths []int) []group {
	var level []group
	for _, part := range b.space.Split(rows, widths[len(widths)-1]) {
		level = append(level, group{rows: part})
	}
	for i := len(widths) - 2; i >= 0; i-- {
		parts := make([][]int, len(level))
		for at, g := range level {
			parts[at] = g.rows
		}
		var above []group
		for _, members := range b.space.Merge(parts, widths[i]) {
			above = append(above, joined(level, members))
		}
		level = above
	}
	return level
}

// joined puts groups under one. A group alone needs none above it.
func joined(level []group, members []int) group {
	if len(members) == 1 {
		return level[members[0]]
	}
	var g group
	for _, at := range members {
		g.rows = append(g.rows, level[at].rows...)
		g.kids = append(g.kids, level[at])
	}
	return g
}

// plant adds groups and all inside them, level by level.
func (b *builder) plant(parent int, groups []group) {
	type seedling struct {
		parent int
		group
	}
	var queue []seedling
	for _, g := range groups {
		queue = append(queue, seedling{parent, g})
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := b.add(queue[0].parent, queue[0].rows)
		for _, kid := range queue[0].kids {
			queue = append(queue, seedling{at, kid})
		}
	}
}

// suggested is a hierarchy for so many traces: flat for a few, else two levels.
func suggested(traces int) []int {
	if traces < 5 {
		return []int{1}
	}
	top := int(math.Round(2 + math.Log2(float64(traces)/10)))
	top = min(max(top, 2), 8)
	if traces < 40 {
		return []int{top}
	}
	return []int{top, max(top+2, traces/11)}
}

func (b *builder) add(parent int, rows []int) int {
	slices.Sort(rows)
	n := node{parent: parent, rows: rows}
	at := len(b.nodes)
	if parent >= 0 {
		n.depth = b.nodes[parent].depth + 1
		b.nodes[parent].children = append(b.nodes[parent].children, at)
	}
	b.nodes = append(b.nodes, n)
	return at
}

const (
	sure     = 0.12 // similarity to a partition's own words that settles it
	probable = 0.10 // similarity to the rows settled so far that does
)

// otherPartition holds what fits none of the partitions.
//
// Unknown: where LangSmith puts such traces.
const otherPartition = "Other"

// partition puts the rows under the fixed categories: first by the words of
// their names and descriptions, then by likeness to the rows that are there.
// A category without rows is kept.
func (b *builder) partition() []int {
	names := slices.Sorted(maps.Keys(b.in.Partitions))
	directions := make([][]float64, len(names))
	for i, name := range names {
		directions[i] = b.space.Direction(name + "\n" + name + "\n" + b.in.Partitions[name])
	}
	groups := make([][]int, len(names)+1)
	open := b.assign(b.every(), directions, sure, groups)
	for i := range names {
		if len(groups[i]) > 0 {
			directions[i] = b.space.Centroid(groups[i])
		}
	}
	other := len(names)
	groups[other] = b.assign(open, directions, probable, groups)

	var tops []int
	for i, name := range names {
		at := b.add(-1, groups[i])
		b.nodes[at].fixed, b.nodes[at].about = name, b.in.Partitions[name]
		tops = append(tops, at)
	}
	if len(groups[other]) > 0 {
		at := b.add(-1, groups[other])
		b.nodes[at].fixed, b.nodes[at].about = otherPartition, "What fits none of the given categories."
		tops = append(tops, at)
	}
	return tops
}

// assign gives each row to the group whose direction is closest, and returns
// those for which none is close enough.
func (b *builder) assign(rows []int, directions [][]float64, least float64, groups [][]int) (open []int) {
	for _, row := range rows {
		best, closest := -1, least
		for i, direction := range directions {
			if s := b.space.Similarity(row, direction); s >= closest {
				if best < 0 || cmp.Compare(s, closest) > 0 {
					best, closest = i, s
				}
			}
		}
		if best < 0 {
			open = append(open, row)
			continue
		}
		groups[best] = append(groups[best], row)
	}
	return open
}
