package markdown

import "unicode/utf8"

// The maximum lengths of common texts in results, in characters.
const (
	MaxName = 200
	// MinName is the length to which names in a list are cut before items are left out.
	MinName = 60
	MaxWord = 40 // such as a status
)

// Truncate cleans text as [Clean] does, and shortens it to at most max characters, for a
// result's structure.
func Truncate(text string, max int) string {
	short, _ := truncate(text, max)
	return short
}

func truncate(text string, max int) (short string, cut bool) {
	return Cut(clean(text, utf8.UTFMax*max), max)
}

// Shortener shortens the texts of one result, and records whether it did.
type Shortener struct {
	Max       int  // the maximum length of any text, in bytes
	Shortened bool // whether a text was shortened
}

// Text returns a text of at most max characters, and at most Max bytes.
func (s *Shortener) Text(text string, max int) string {
	short, cut := truncate(text, max)
	short, cutMore := Shorten(short, s.Max)
	s.Shortened = s.Shortened || (cut || cutMore) && max > 0
	return short
}
