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
	MaxChars int `json:"max_chars,omitempty" jsonschema:"minimum=1,maximum=50000" jsonschema_description:"Characters of inputs and outputs each; default 2000."`
}

const defaultChars = 2000

func (m MaxCharsArgs) chars() int {
	if m.MaxChars == 0 {
		return defaultChars
	}
	return m.MaxChars
}

// content is what goes into a run or comes out of it: any JSON, of any size.
type content json.RawMessage

// structured is the content as a result's structure holds it: the JSON itself
// if it is short enough, else its beginning as text. whole says which.
func (c content) structured(chars int) (value json.RawMessage, whole bool) {
	if c.empty() {
		return nil, true
	}
	var compacted bytes.Buffer
	if err := json.Compact(&compacted, c); err == nil && utf8.RuneCount(compacted.Bytes()) <= chars {
		return compacted.Bytes(), true
	}
	text, whole := preview.Text(json.RawMessage(c), chars)
	return mustMarshal(markdown.Clean(text)), whole
}

// block is the content as a result's text holds it: fenced, as data.
func (c content) block(chars int) string {
	text, _ := preview.Text(json.RawMessage(c), chars)
	return markdown.Block(text)
}

func (c content) empty() bool {
	trimmed := string(bytes.TrimSpace(c))
	return trimmed == "" || trimmed == "null" || trimmed == "{}" || trimmed == `""`
}
