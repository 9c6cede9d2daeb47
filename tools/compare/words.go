package compare

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"

	"langsmith-insights-mcp/tools/report"
)

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
