package markdown

// The bounds of what many results show.
const (
	MaxName = 200 // of a name, in characters
	MaxWord = 40  // of a word that LangSmith chooses, such as a status, in characters
)

// Truncate makes text from outside harmless as [Shorten] does, for a result's
// structure.
func Truncate(text string, max int) string {
	short, _ := Shorten(text, max)
	return short
}

// Shortener shortens the texts of one result, and records whether it did. It
// counts bytes, so that what fits does so in every script.
type Shortener struct {
	Max       int  // bytes of any text
	Shortened bool // whether a text was longer
}

// Text returns a text of at most own bytes, and at most Max.
func (s *Shortener) Text(text string, own int) string {
	short, cut := Shorten(text, min(own, s.Max))
	s.Shortened = s.Shortened || cut && own > 0
	return short
}
