// Package runs shows runs: the traces behind a report, and what went into a run
// and came out of it.
package runs

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/preview"
)

// MaxCharsArgs are how a tool is told how much of a run's texts to show.
type MaxCharsArgs struct {
	MaxChars int `json:"max_chars,omitempty" jsonschema:"minimum=1,maximum=50000" jsonschema_description:"How much to show of inputs and of outputs (default 2000)."`
}

const DefaultChars = 2000

func (m MaxCharsArgs) Chars() int {
	if m.MaxChars == 0 {
		return DefaultChars
	}
	return m.MaxChars
}

// Content is what goes into a run or comes out of it: any JSON, of any size. It
// is read once, since a result is tried in many lengths until it fits.
type Content struct {
	compact json.RawMessage // nil where it is longer than anybody wants
	length  int             // of compact, in characters
	text    string          // as lines, the beginning of it
	whole   bool            // whether text is all of it
}

// ReadContent reads as much of a content as most characters show.
func ReadContent(raw json.RawMessage, most int) Content {
	if trimmed := string(bytes.TrimSpace(raw)); trimmed == "" || trimmed == "null" || trimmed == "{}" || trimmed == `""` {
		return Content{}
	}
	var c Content
	c.text, c.whole = preview.Text(raw, most)
	c.text = markdown.Clean(c.text)
	var compacted bytes.Buffer
	// Blanks between its parts may make it longer than it is, but not by much.
	if len(raw) <= 2*utf8.UTFMax*most && json.Compact(&compacted, raw) == nil {
		c.compact, c.length = compacted.Bytes(), utf8.RuneCount(compacted.Bytes())
	}
	return c
}

func (c Content) empty() bool { return c.text == "" && c.compact == nil }

// Structured is the content as a result's structure holds it: the JSON itself
// if it is short enough, else its beginning as text. whole says whether it is
// all of it.
func (c Content) Structured(chars int) (value json.RawMessage, whole bool) {
	switch {
	case c.empty():
		return nil, true
	case c.compact != nil && c.length <= chars:
		return c.compact, true
	}
	text, cut := markdown.Cut(c.text, chars)
	quoted, _ := json.Marshal(text) // a string can always be encoded
	return quoted, c.whole && !cut
}

// Block is the content as a result's text holds it: fenced, as data.
func (c Content) Block(chars int) string {
	text, _ := markdown.Cut(c.text, chars)
	return markdown.Block(text)
}
