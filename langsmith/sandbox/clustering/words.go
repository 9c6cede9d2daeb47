// Package clustering groups texts by the words that they share: it joins TF-IDF vectors
// pairwise into a hierarchy. The same texts always give the same groups.
package clustering

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
)

// maxWord bounds the length of a word, in bytes. Anything longer is encoded data.
const maxWord = 40

// Stems lists the stems of the significant words of a text. It skips words with a digit,
// which name an order or a date and not a topic.
func Stems(text string) []string {
	var stems []string
	for _, field := range strings.FieldsFunc(strings.ToLower(text), isSeparator) {
		word, _, _ := strings.Cut(strings.Trim(field, "'-_"), "'") // customer's, don't
		if utf8.RuneCountInString(word) < 2 || len(word) > maxWord || strings.ContainsFunc(word, unicode.IsDigit) ||
			english.IsStopWord(word) || isFiller(word) {
			continue
		}
		stems = append(stems, english.Stem(word, false))
	}
	return stems
}

func isSeparator(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("'-_", r)
}

// isFiller reports whether a word is common in chats of any topic.
func isFiller(word string) bool {
	switch word {
	case "hi", "hello", "hey", "good", "morning", "please", "thanks", "thank", "help", "sorry",
		"want", "need", "would", "could", "like", "get", "got", "one", "also", "still", "already",
		"just", "now", "yes", "ok", "okay", "really", "though", "although", "since", "says", "say",
		"said", "tell", "told", "see", "look", "let", "us", "every", "cannot", "can", "may", "might",
		"much", "many", "yet", "ago", "day", "days", "happy", "glad", "today", "soon", "something",
		"anything", "nothing", "someone", "way", "don", "doesn", "didn", "isn":
		return true
	}
	return false
}
