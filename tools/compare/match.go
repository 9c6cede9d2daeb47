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
	"unicode"

	"github.com/kljensen/snowball/english"

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

// vocabulary numbers the words of two reports and weighs them.
type vocabulary struct {
	numbers map[string]int
	weights []float64
}

// document is the words of one category, as sorted numbers without repetition.
type document struct {
	name, description []int
}

// read returns the documents of a report's categories.
func (v *vocabulary) read(tree *report.Tree) []document {
	documents := make([]document, len(tree.Nodes))
	for i, node := range tree.Nodes {
		documents[i] = document{v.number(node.Name), v.number(node.Description)}
	}
	return documents
}

// weigh gives a word the more weight the fewer categories of a report have it:
// "refund" says more than "issue". It counts report by report, since a word is not
// common for being in the same category of both.
func (v *vocabulary) weigh(reports ...[]document) {
	v.weights = make([]float64, len(v.numbers))
	for i := range v.weights {
		v.weights[i] = math.Inf(1)
	}
	for _, documents := range reports {
		counts := make([]int, len(v.numbers))
		for _, document := range documents {
			for _, word := range mergeNumbers(document.name, document.description) {
				counts[word]++
			}
		}
		for word, n := range counts {
			if n > 0 {
				v.weights[word] = min(v.weights[word], math.Log(float64(len(documents)+1)/float64(n)))
			}
		}
	}
}

func (v *vocabulary) number(text string) []int {
	var numbers []int
	for _, word := range Words(text) {
		number, known := v.numbers[word]
		if !known {
			number = len(v.numbers)
			v.numbers[word] = number
		}
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// similarityOf returns how many of their words two texts have in common, by weight: 0
// for none, 1 for all (Dice's coefficient).
func (v *vocabulary) similarityOf(a, b []int) float64 {
	var common, all float64
	for _, word := range a {
		all += v.weights[word]
	}
	i := 0
	for _, word := range b {
		all += v.weights[word]
		for i < len(a) && a[i] < word {
			i++
		}
		if i < len(a) && a[i] == word {
			common += v.weights[word]
		}
	}
	if all == 0 {
		return 0
	}
	return 2 * common / all
}

func mergeNumbers(a, b []int) []int {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Words returns the significant words of a text: lower-case stems without stop words,
// unless there are only stop words. Scripts without blanks between words are read in pairs
// of characters.
func Words(text string) []string {
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	var words, common []string
	for _, field := range fields {
		switch {
		case strings.ContainsFunc(field, isUnspaced):
			words = append(words, pairCharacters(field)...)
		case english.IsStopWord(field):
			common = append(common, field)
		default:
			words = append(words, english.Stem(field, false))
		}
	}
	if words == nil {
		return common
	}
	return words
}

func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func pairCharacters(text string) []string {
	runes := []rune(text)
	if len(runes) < 2 {
		return []string{text}
	}
	found := make([]string, 0, len(runes)-1)
	for i := range len(runes) - 1 {
		found = append(found, string(runes[i:i+2]))
	}
	return found
}
