package tools

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/preview"
)

// MaxCharsArgs are how a tool is told how much of a run's texts to show.
type MaxCharsArgs struct {
	MaxChars int `json:"max_chars,omitempty" jsonschema:"minimum=1,maximum=50000" jsonschema_description:"Of inputs, of outputs; default 2000."`
}

const defaultChars = 2000

func (m MaxCharsArgs) chars() int {
	if m.MaxChars == 0 {
		return defaultChars
	}
	return m.MaxChars
}

// content is what goes into a run or comes out of it: any JSON, of any size. It
// is read once, since a result is tried in many lengths until it fits.
type content struct {
	compact json.RawMessage // nil where it is longer than anybody wants
	length  int             // of compact, in characters
	text    string          // as lines, the beginning of it
	whole   bool            // whether text is all of it
}

// readContent reads as much of a content as most characters show.
func readContent(raw json.RawMessage, most int) content {
	if trimmed := string(bytes.TrimSpace(raw)); trimmed == "" || trimmed == "null" || trimmed == "{}" || trimmed == `""` {
		return content{}
	}
	var c content
	c.text, c.whole = preview.Text(raw, most)
	c.text = markdown.Clean(c.text)
	var compacted bytes.Buffer
	// Blanks between its parts may make it longer than it is, but not by much.
	if len(raw) <= 2*utf8.UTFMax*most && json.Compact(&compacted, raw) == nil {
		c.compact, c.length = compacted.Bytes(), utf8.RuneCount(compacted.Bytes())
	}
	return c
}

func (c content) empty() bool { return c.text == "" && c.compact == nil }

// structured is the content as a result's structure holds it: the JSON itself
// if it is short enough, else its beginning as text. whole says whether it is
// all of it.
func (c content) structured(chars int) (value json.RawMessage, whole bool) {
	switch {
	case c.empty():
		return nil, true
	case c.compact != nil && c.length <= chars:
		return c.compact, true
	}
	text, cut := markdown.Cut(c.text, chars)
	return mustMarshal(text), c.whole && !cut
}

// block is the content as a result's text holds it: fenced, as data.
func (c content) block(chars int) string {
	text, _ := markdown.Cut(c.text, chars)
	return markdown.Block(text)
}
