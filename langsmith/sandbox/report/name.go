package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"langsmith-insights-mcp/langsmith/sandbox/clustering"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// name gives every category a name that reads like a person's: a partition's
// own; the tag that its traces share and others do not; the title that its most
// typical traces bear; a phrase of its users.
func (b *builder) name() {
	taken := make(map[string]bool)
	b.result.Categories = make([]Category, len(b.nodes))
	deepest := 0
	for _, n := range b.nodes {
		deepest = max(deepest, n.depth)
	}
	for at := range b.nodes {
		n := &b.nodes[at]
		n.phrase = b.phrase(n.rows)
		name := b.nameOf(n, taken)
		taken[strings.ToLower(name)] = true
		b.result.Categories[at] = Category{
			Parent: n.parent,
			// Unknown: whether LangSmith's level 0 is the top or the bottom. An
			// official client takes it for the bottom.
			Level: deepest - n.depth,
			Name:  name,
			Size:  len(n.rows),
		}
	}
}

func (b *builder) nameOf(n *node, taken map[string]bool) string {
	if n.fixed != "" {
		return n.fixed
	}
	var candidates []string
	if n.parent < 0 {
		candidates = append(candidates, b.sharedTag(n.rows))
	}
	candidates = append(candidates, b.titles(n.rows)...)
	candidates = append(candidates, n.phrase)
	if words := b.space.Telling(n.rows, 3); len(words) > 1 {
		candidates = append(candidates, strings.Join(words[:len(words)-1], ", ")+" and "+words[len(words)-1])
	}
	for _, name := range candidates {
		name = trace.Preview(name, maxName)
		if name != "" && !taken[strings.ToLower(name)] {
			return sentence(name)
		}
	}
	// Every phrase is used up by a sibling: tell them apart by number.
	for number := 2; ; number++ {
		name := sentence(cmp.Or(trace.Preview(candidates[0], maxName), n.phrase, "Other traces")) + " (" + count(number, "group") + ")"
		if !taken[strings.ToLower(name)] {
			return name
		}
	}
}

// sharedTag is the tag that most of a group's traces bear, if it is at home here.
func (b *builder) sharedTag(rows []int) string {
	here, everywhere := make(map[string]int), make(map[string]int)
	for i := range b.rows {
		for _, tag := range b.rows[i].Run.Tags {
			everywhere[tag]++
		}
	}
	for _, row := range rows {
		for _, tag := range b.rows[row].Run.Tags {
			here[tag]++
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(here)) {
		if here[tag]*10 >= len(rows)*6 && here[tag]*2 >= everywhere[tag] {
			return strings.NewReplacer("-", " ", "_", " ").Replace(tag)
		}
	}
	return ""
}

// titles lists the titles of a group's traces, those first whose traces lie
// together closest to its middle.
func (b *builder) titles(rows []int) []string {
	weight := make(map[string]float64)
	middle := b.space.Centroid(rows)
	for _, row := range rows {
		if t := title(b.rows[row].Run); t != "" {
			weight[t] += b.space.Similarity(row, middle)
		}
	}
	list := slices.Sorted(maps.Keys(weight))
	slices.SortStableFunc(list, func(x, y string) int { return cmp.Compare(weight[y], weight[x]) })
	return list
}

// typical orders the rows of a group by closeness to its middle.
func (b *builder) typical(rows []int) []int {
	middle := b.space.Centroid(rows)
	closeness := make(map[int]float64, len(rows))
	for _, row := range rows {
		closeness[row] = b.space.Similarity(row, middle)
	}
	order := slices.Clone(rows)
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(closeness[y], closeness[x]) })
	return order
}

// maxName is how long a name may be that was not given by the request, in runes.
const maxName = 80

// maxPhrase is how long a phrase may be, in runes.
const maxPhrase = 60

// phrase takes from the most typical trace the part of a sentence that holds most
// of the group's telling words.
func (b *builder) phrase(rows []int) string {
	if len(rows) == 0 {
		return ""
	}
	telling := make(map[string]bool)
	for _, word := range b.space.Telling(rows, 8) {
		telling[word] = true
	}
	best, most := "", -1
	for _, row := range b.typical(rows)[:min(3, len(rows))] {
		for _, part := range strings.FieldsFunc(essence(b.rows[row].Run, b.in.Prompt), ends) {
			words := 0
			for _, w := range clustering.Words(part) {
				if telling[w.Surface] {
					words++
				}
			}
			if text := trim(part); words > most && text != "" {
				best, most = text, words
			}
		}
	}
	return sentence(best)
}

func ends(r rune) bool {
	return strings.ContainsRune(".,;:!?\n()", r)
}

// trim takes numbers, and the loose ends that they leave, off a phrase.
func trim(part string) string {
	words := strings.Fields(part)
	words = slices.DeleteFunc(words, func(w string) bool {
		return strings.ContainsFunc(w, unicode.IsDigit) || strings.TrimFunc(w, unicode.IsPunct) == ""
	})
	for len(words) > 0 && dangling(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) < 2 {
		return ""
	}
	text := strings.Join(words, " ")
	return strings.TrimRight(trace.Preview(text, maxPhrase), " ")
}

func dangling(word string) bool {
	switch strings.ToLower(word) {
	case "of", "for", "the", "a", "an", "order", "number", "to", "in", "on", "and", "or", "with", "from", "was", "is", "it":
		return true
	}
	return false
}

// sentence begins a name with a capital.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
