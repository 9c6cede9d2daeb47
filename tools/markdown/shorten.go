package markdown

// Clip is text from outside for a result's structure: harmless to show, and
// at most so many bytes of it.
func Clip(text string, most int) string {
	short, _ := Shorten(text, most)
	return short
}

// Shortener shortens the texts of one result, and remembers whether it did. It
// counts bytes, so that what fits does so in every script.
type Shortener struct {
	Max       int // the most of any text, in bytes
	Shortened bool
}

// Text shortens a text to its own length, or to what all texts have.
func (c *Shortener) Text(text string, own int) string {
	short, cut := Shorten(text, min(own, c.Max))
	c.Shortened = c.Shortened || cut && own > 0
	return short
}
