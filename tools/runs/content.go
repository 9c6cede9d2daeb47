// Package runs shows runs: the traces behind a report, and what went into a run and
// came out of it.
package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/preview"
	"langsmith-insights-mcp/tools/wording"
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

// maxCompared bounds the contents that are searched for repetitions, in bytes.
const maxCompared = 1 << 20

// OmitRepeated returns the outputs of a run without the parts that repeat its inputs: of a
// list that begins with a list of the inputs, as an agent's messages do, or of a text that
// begins with the text of the inputs, as its previews do, it replaces that part by a note.
// Contents that are not JSON, or very long, are returned unchanged.
func OmitRepeated(outputs, inputs json.RawMessage) json.RawMessage {
	if len(outputs)+len(inputs) > maxCompared {
		return outputs
	}
	var in, out any
	if json.Unmarshal(inputs, &in) != nil || json.Unmarshal(outputs, &out) != nil {
		return outputs
	}
	if text, ok := omitBeginning(out, in); ok {
		encoded, _ := json.Marshal(text) // a string can always be encoded
		return encoded
	}
	search := repetition{}
	search.collect(in, 0)
	shorter := search.omit(out, 0)
	if !search.found {
		return outputs // with its numbers and the order of its members unchanged
	}
	encoded, err := json.Marshal(shorter)
	if err != nil {
		return outputs
	}
	return encoded
}

// minBeginning is the length from which the beginning of a text is replaced by a note,
// in bytes.
const minBeginning = 40

// omitBeginning returns a text without its beginning, if that is another text, which may be
// cut.
func omitBeginning(text, beginning any) (shorter string, ok bool) {
	whole, isText := text.(string)
	begins, areTexts := beginning.(string)
	begins = trimEllipsis(begins)
	if !isText || !areTexts || len(begins) < minBeginning || !strings.HasPrefix(whole, begins) {
		return "", false
	}
	if rest := strings.TrimSpace(whole[len(begins):]); trimEllipsis(rest) != "" {
		return "(begins as the inputs) " + rest, true
	}
	return "(as the inputs, as far as this preview goes)", true
}

func trimEllipsis(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "…"), "...")
}

// repetition is a search for the lists of a run's inputs in its outputs.
type repetition struct {
	lists [][]any // of the inputs
	found bool
}

// maxDepth is the depth to which the lists of a content are searched.
const maxDepth = 4

func (r *repetition) collect(value any, depth int) {
	if depth > maxDepth {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for _, member := range value {
			r.collect(member, depth+1)
		}
	case []any:
		if len(value) > 0 {
			r.lists = append(r.lists, value)
		}
	}
}

func (r *repetition) omit(value any, depth int) any {
	if depth > maxDepth {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = r.omit(member, depth+1)
		}
	case []any:
		if n := r.findLongestBeginning(value); n > 0 {
			r.found = true
			return append([]any{fmt.Sprintf("(%s as in the inputs)", wording.Count(n, "item"))}, value[n:]...)
		}
	}
	return value
}

// findLongestBeginning returns the number of items at the beginning of a list that are a whole
// list of the inputs.
func (r *repetition) findLongestBeginning(list []any) int {
	longest := 0
	for _, input := range r.lists {
		n := len(input)
		if n <= longest || n > len(list) {
			continue
		}
		repeats := true
		for i := range n {
			repeats = repeats && contains(list[i], input[i])
		}
		if repeats {
			longest = n
		}
	}
	return longest
}

// contains reports whether a value equals another, or has all of its members: frameworks
// add an id to a message.
func contains(value, other any) bool {
	whole, isObject := value.(map[string]any)
	part, areObjects := other.(map[string]any)
	if !isObject || !areObjects {
		return reflect.DeepEqual(value, other)
	}
	for name, member := range part {
		if !reflect.DeepEqual(whole[name], member) {
			return false
		}
	}
	return len(part) > 0
}
