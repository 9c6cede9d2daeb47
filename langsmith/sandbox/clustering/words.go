// Package clustering groups texts by the words they share: TF-IDF vectors and
// spherical k-means, deterministic, over gonum's matrices.
package clustering

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
)

// Word is a word of a text: its stem, by which texts are compared, and how it
// was written, in lower case.
type Word struct {
	Stem    string
	Surface string
}

// Words lists the words of a text that carry meaning. Numbers, and whatever else
// holds a digit, name one thing only and are left out.
func Words(text string) []Word {
	var words []Word
	for _, raw := range strings.FieldsFunc(strings.ToLower(text), separates) {
		surface := strings.Trim(raw, "'’-_")
		if utf8.RuneCountInString(surface) < 2 || strings.ContainsFunc(surface, unicode.IsDigit) {
			continue
		}
		if i := strings.IndexAny(surface, "'’"); i > 0 {
			surface = surface[:i] // customer's, don't
		}
		if english.IsStopWord(surface) || filler(surface) || len(surface) > maxWord {
			continue
		}
		words = append(words, Word{Stem: english.Stem(surface, false), Surface: surface})
	}
	return words
}

// maxWord bounds what counts as a word; beyond it stand encoded blobs.
const maxWord = 40

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' && r != '-' && r != '_'
}

// filler are the words of talk that say nothing about its subject.
func filler(word string) bool {
	switch word {
	case "hi", "hello", "hey", "good", "morning", "please", "thanks", "thank", "help", "sorry",
		"want", "need", "would", "could", "like", "get", "got", "one", "also", "still", "already",
		"just", "now", "yes", "ok", "okay", "really", "though", "although", "since", "says", "say",
		"said", "tell", "told", "see", "look", "let", "us", "every", "ve", "ll", "re", "don", "doesn",
		"didn", "isn", "cannot", "can", "may", "might", "much", "many", "yet", "ago", "day", "days",
		"happy", "glad", "today", "soon", "something", "anything", "nothing", "someone", "way":
		return true
	}
	return false
}
