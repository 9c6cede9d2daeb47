// Package runs shows runs: the traces behind a report, and what went into a run and
// came out of it.
package runs

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/preview"
)

// MaxCharsArgs is the argument that limits the shown length of a run's inputs and outputs.
type MaxCharsArgs struct {
	MaxChars int `json:"max_chars,omitempty" jsonschema:"minimum=1,maximum=50000" jsonschema_description:"Maximum characters of inputs and of outputs (default 2000)."`
}

// DefaultChars is the shown length of a run's inputs and outputs without max_chars.
const DefaultChars = 2000

// Chars returns the shown length, in characters.
func (m MaxCharsArgs) Chars() int {
	if m.MaxChars == 0 {
		return DefaultChars
	}
	return m.MaxChars
}

// TextChars returns the maximum length of the other texts of a result, in characters: a
// small max_chars does not cut them.
func (m MaxCharsArgs) TextChars() int { return max(m.Chars(), DefaultChars) }

// Content is the inputs or outputs of a run: any JSON, of any size. It is read
// once and then shown in several lengths, until the result fits.
type Content struct {
	compact json.RawMessage // nil if it is longer than is ever shown
	length  int             // of compact, in characters
	text    string          // the content as lines, or their beginning
	whole   bool            // whether text is all of it
}

// ReadContent reads as much of a content as max characters show.
func ReadContent(raw json.RawMessage, max int) Content {
	if trimmed := string(bytes.TrimSpace(raw)); trimmed == "" || trimmed == "null" || trimmed == "{}" || trimmed == `""` {
		return Content{}
	}
	var c Content
	c.text, c.whole = preview.Text(raw, max)
	c.text = markdown.Clean(c.text)
	var compacted bytes.Buffer
	// A content more than twice as long is not compacted: it is unlikely to fit.
	if len(raw) <= 2*utf8.UTFMax*max && json.Compact(&compacted, raw) == nil {
		c.compact, c.length = compacted.Bytes(), utf8.RuneCount(compacted.Bytes())
	}
	return c
}

func (c Content) isEmpty() bool { return c.text == "" && c.compact == nil }

// Structured returns the content for a result's structure: unchanged if it has at most
// chars characters, else its beginning as a string. whole reports whether it is complete.
func (c Content) Structured(chars int) (value json.RawMessage, whole bool) {
	switch {
	case c.isEmpty():
		return nil, true
	case c.compact != nil && c.length <= chars:
		return c.compact, true
	}
	text, cut := markdown.Cut(c.text, chars)
	quoted, _ := json.Marshal(text) // a string can always be encoded
	return quoted, c.whole && !cut
}

// Block returns the content for a result's text: fenced, as data.
func (c Content) Block(chars int) string {
	text, _ := markdown.Cut(c.text, chars)
	return markdown.Block(text)
}
