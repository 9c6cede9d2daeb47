// Package compare holds two reports against each other: which categories are
// the same, and what became of their shares.
//
// A model names the categories anew for every report, so the same category
// rarely has the same name twice. Categories of every level are compared, each
// with the one most like it: a report's top categories and those below them
// change for different reasons, and a reader of the result is told that runs of
// a category below are in the one above too.
package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"langsmith-insights-mcp/tools/report"
)

// Pair is a category of the one report and its match in the other.
type Pair struct {
	Now        *report.Node // nil where the category has vanished
	Baseline   *report.Node // nil where it has appeared
	Similarity float64      // of the two, 0 to 1: 1 for the same name
}

// leastSimilarity is how alike two categories must be to be taken for one:
// half of what their words tell.
const leastSimilarity = 0.5

// The part that names have in the similarity, where both have a description.
const nameWeight = 0.7

// candidatesEach bounds how many of the other report's categories are
// considered for one, so that a thousand names alike do not take a million pairs.
const candidatesEach = 25

// Match pairs every category with at most one of the other report. Those with
// the same name below the same names go first, then those with the same name,
// and then the most similar pair of all that are left, again and again. That is
// not always the assignment with the largest sum, but each pair can be seen to
// be right, and none gives up its best match for the sake of another.
func Match(now, baseline *report.Tree) []Pair {
	m := &matching{now: now, baseline: baseline, ofNow: map[*report.Node]Pair{}, ofBaseline: map[*report.Node]*report.Node{}}
	m.byKey(path)
	m.byKey(name)
	m.bySimilarity()
	var pairs []Pair
	for _, node := range now.Nodes {
		if pair, ok := m.ofNow[node]; ok {
			pairs = append(pairs, pair)
		} else {
			pairs = append(pairs, Pair{Now: node})
		}
	}
	for _, node := range baseline.Nodes {
		if m.ofBaseline[node] == nil {
			pairs = append(pairs, Pair{Baseline: node})
		}
	}
	return pairs
}

type matching struct {
	now, baseline *report.Tree
	ofNow         map[*report.Node]Pair
	ofBaseline    map[*report.Node]*report.Node
}

func (m *matching) free(now, baseline *report.Node) bool {
	_, taken := m.ofNow[now]
	return !taken && m.ofBaseline[baseline] == nil
}

func (m *matching) take(now, baseline *report.Node, similarity float64) {
	m.ofNow[now] = Pair{now, baseline, similarity}
	m.ofBaseline[baseline] = now
}

// byKey pairs what has the same key and is still free; among several, the
// largest with the largest.
func (m *matching) byKey(key func(*report.Node) string) {
	waiting := map[string][]*report.Node{}
	for _, node := range bySize(m.baseline) {
		if m.ofBaseline[node] == nil && name(node) != "" {
			waiting[key(node)] = append(waiting[key(node)], node)
		}
	}
	for _, node := range bySize(m.now) {
		if _, taken := m.ofNow[node]; taken {
			continue
		}
		if same := waiting[key(node)]; len(same) > 0 {
			m.take(node, same[0], 1)
			waiting[key(node)] = same[1:]
		}
	}
}

func bySize(tree *report.Tree) []*report.Node {
	nodes := slices.Clone(tree.Nodes)
	report.Sort(nodes, report.ByRuns)
	return nodes
}

// name is a category's name for comparing, without case and blanks.
func name(node *report.Node) string {
	return strings.Join(strings.Fields(strings.ToLower(node.Name)), " ")
}

// path is a category's name below those of its nearest ancestors.
func path(node *report.Node) string {
	const nearest = 3
	names := name(node)
	for range nearest {
		if node = node.Parent; node == nil {
			break
		}
		names = name(node) + "\x00" + names
	}
	return names
}

type candidate struct {
	now, baseline *report.Node
	similarity    float64
}

func (m *matching) bySimilarity() {
	vocabulary := &vocabulary{numbers: map[string]int{}}
	nowWords, baselineWords := vocabulary.read(m.now), vocabulary.read(m.baseline)
	vocabulary.weigh(nowWords, baselineWords)

	having := map[int][]int{} // word of a name to the earlier categories with it
	for i, node := range m.baseline.Nodes {
		if m.ofBaseline[node] == nil {
			for _, word := range baselineWords[i].name {
				having[word] = append(having[word], i)
			}
		}
	}
	var candidates []candidate
	for i, node := range m.now.Nodes {
		if _, taken := m.ofNow[node]; taken {
			continue
		}
		var own []candidate
		for _, j := range related(nowWords[i].name, having) {
			if s := vocabulary.similarity(nowWords[i], baselineWords[j]); s >= leastSimilarity {
				own = append(own, candidate{node, m.baseline.Nodes[j], s})
			}
		}
		slices.SortStableFunc(own, m.better)
		candidates = append(candidates, own[:min(len(own), candidatesEach)]...)
	}
	slices.SortStableFunc(candidates, m.better)
	for _, c := range candidates {
		if m.free(c.now, c.baseline) {
			m.take(c.now, c.baseline, c.similarity)
		}
	}
}

// related lists the categories that share a word with the name.
func related(name []int, having map[int][]int) []int {
	var found []int
	for _, word := range name {
		found = append(found, having[word]...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (v *vocabulary) similarity(a, b document) float64 {
	names := v.alike(a.name, b.name)
	if len(a.description) == 0 || len(b.description) == 0 {
		return names
	}
	return nameWeight*names + (1-nameWeight)*v.alike(a.description, b.description)
}

// better orders candidates: the more similar first, then those at the same
// depth, then those nearest in share.
func (m *matching) better(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(b.similarity, a.similarity),
		cmp.Compare(levels(a), levels(b)),
		cmp.Compare(m.distance(a), m.distance(b)),
	)
}

func levels(c candidate) int { return max(c.now.Depth-c.baseline.Depth, c.baseline.Depth-c.now.Depth) }

func (m *matching) distance(c candidate) float64 {
	now, _ := m.now.Share(c.now)
	baseline, _ := m.baseline.Share(c.baseline)
	return math.Abs(now - baseline)
}
