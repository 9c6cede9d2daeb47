// Package compare compares two reports: which categories are the same, and how their
// shares changed.
//
// A model names the categories of each report on its own, so that the same category rarely
// has the same name twice. Categories of every level are compared, each with the one
// most like it: those at the top and those below change for different reasons, and the
// result says that runs of a category are in its parent too.
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
	Now        *report.Node // nil if the category has vanished
	Baseline   *report.Node // nil if it has appeared
	Similarity float64      // of the two, 0 to 1: 1 for the same name
}

// minSimilarity is the similarity from which two categories count as the same: half of
// the weight of their words.
const minSimilarity = 0.5

// nameWeight is the weight of names in the similarity of two categories with descriptions.
const nameWeight = 0.7

// maxCandidates is the maximum number of candidates for a category in the other report, so
// that a thousand similar names do not make a million pairs.
const maxCandidates = 25

// Match pairs every category with at most one of the other report: first those with the
// same name below the same names, then those with the same name, then repeatedly the most
// similar pair of all that are left. The sum of similarities may not be the largest, but
// each pair is plausible by itself, and none gives up its best match for another.
func Match(now, baseline *report.Tree) []Pair {
	m := &matching{now: now, baseline: baseline, pairs: map[*report.Node]Pair{}, matched: map[*report.Node]*report.Node{}}
	m.matchByKey(path)
	m.matchByKey(comparableName)
	m.matchBySimilarity()
	var pairs []Pair
	for _, node := range now.Nodes {
		if pair, ok := m.pairs[node]; ok {
			pairs = append(pairs, pair)
		} else {
			pairs = append(pairs, Pair{Now: node})
		}
	}
	for _, node := range baseline.Nodes {
		if m.matched[node] == nil {
			pairs = append(pairs, Pair{Baseline: node})
		}
	}
	return pairs
}

type matching struct {
	now, baseline *report.Tree
	pairs         map[*report.Node]Pair
	matched       map[*report.Node]*report.Node
}

func (m *matching) areFree(now, baseline *report.Node) bool {
	_, taken := m.pairs[now]
	return !taken && m.matched[baseline] == nil
}

func (m *matching) pair(now, baseline *report.Node, similarity float64) {
	m.pairs[now] = Pair{now, baseline, similarity}
	m.matched[baseline] = now
}

// matchByKey pairs unmatched categories with the same key; of several, the largest with the
// largest.
func (m *matching) matchByKey(key func(*report.Node) string) {
	waiting := map[string][]*report.Node{}
	for _, node := range sortBySize(m.baseline) {
		if m.matched[node] == nil && comparableName(node) != "" {
			waiting[key(node)] = append(waiting[key(node)], node)
		}
	}
	for _, node := range sortBySize(m.now) {
		if _, taken := m.pairs[node]; taken {
			continue
		}
		if same := waiting[key(node)]; len(same) > 0 {
			m.pair(node, same[0], 1)
			waiting[key(node)] = same[1:]
		}
	}
}

func sortBySize(tree *report.Tree) []*report.Node {
	nodes := slices.Clone(tree.Nodes)
	report.Sort(nodes, report.ByRuns)
	return nodes
}

// comparableName returns a category's name without case and repeated blanks.
func comparableName(node *report.Node) string {
	return strings.Join(strings.Fields(strings.ToLower(node.Name)), " ")
}

// path returns a category's name after those of its nearest ancestors.
func path(node *report.Node) string {
	const nearest = 3
	names := comparableName(node)
	for range nearest {
		if node = node.Parent; node == nil {
			break
		}
		names = comparableName(node) + "\x00" + names
	}
	return names
}

type candidate struct {
	now, baseline *report.Node
	similarity    float64
}

func (m *matching) matchBySimilarity() {
	vocabulary := &vocabulary{numbers: map[string]int{}}
	nowWords, baselineWords := vocabulary.read(m.now), vocabulary.read(m.baseline)
	vocabulary.weigh(nowWords, baselineWords)

	index := map[int][]int{} // word of a name to the earlier categories with it
	for i, node := range m.baseline.Nodes {
		if m.matched[node] == nil {
			for _, word := range baselineWords[i].name {
				index[word] = append(index[word], i)
			}
		}
	}
	var candidates []candidate
	for i, node := range m.now.Nodes {
		if _, taken := m.pairs[node]; taken {
			continue
		}
		var own []candidate
		for _, j := range findRelated(nowWords[i].name, index) {
			if s := vocabulary.similarity(nowWords[i], baselineWords[j]); s >= minSimilarity {
				own = append(own, candidate{node, m.baseline.Nodes[j], s})
			}
		}
		slices.SortStableFunc(own, m.compareCandidates)
		candidates = append(candidates, own[:min(len(own), maxCandidates)]...)
	}
	slices.SortStableFunc(candidates, m.compareCandidates)
	for _, c := range candidates {
		if m.areFree(c.now, c.baseline) {
			m.pair(c.now, c.baseline, c.similarity)
		}
	}
}

// findRelated returns the categories that have a word of the name.
func findRelated(name []int, index map[int][]int) []int {
	var found []int
	for _, word := range name {
		found = append(found, index[word]...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (v *vocabulary) similarity(a, b document) float64 {
	names := v.similarityOf(a.name, b.name)
	if len(a.description) == 0 || len(b.description) == 0 {
		return names
	}
	return nameWeight*names + (1-nameWeight)*v.similarityOf(a.description, b.description)
}

// compareCandidates orders candidates: the more similar first, then those closer in
// depth, then those closer in share.
func (m *matching) compareCandidates(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(b.similarity, a.similarity),
		cmp.Compare(depthDifference(a), depthDifference(b)),
		cmp.Compare(m.shareDifference(a), m.shareDifference(b)),
	)
}

func depthDifference(c candidate) int {
	return max(c.now.Depth-c.baseline.Depth, c.baseline.Depth-c.now.Depth)
}

func (m *matching) shareDifference(c candidate) float64 {
	now, _ := m.now.Share(c.now)
	baseline, _ := m.baseline.Share(c.baseline)
	return math.Abs(now - baseline)
}
