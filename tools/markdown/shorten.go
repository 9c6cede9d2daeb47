package markdown

import "unicode/utf8"

// The bounds of what many results show.
const (
	MaxName = 200 // of a name, in characters
	MaxWord = 40  // of a word that LangSmith chooses, such as a status, in characters
)

// Truncate makes text from outside harmless as [Clean] does, and shortens it to at most
// max characters, for a result's structure.
func Truncate(text string, max int) string {
	short, _ := truncate(text, max)
	return short
}

func truncate(text string, max int) (short string, cut bool) {
	return Cut(clean(text, utf8.UTFMax*max), max)
}

// Shortener shortens the texts of one result, and records whether it did. What a text
// may have of its own is counted in characters; what has to fit, in bytes, so that it
// does so in every script.
type Shortener struct {
	Max       int  // bytes of any text
	Shortened bool // whether a text was longer
}

// Text returns a text of at most own characters, and at most Max bytes.
func (s *Shortener) Text(text string, own int) string {
	short, cut := truncate(text, own)
	short, cutMore := Shorten(short, s.Max)
	s.Shortened = s.Shortened || (cut || cutMore) && own > 0
	return short
}
