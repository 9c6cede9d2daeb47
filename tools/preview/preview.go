// Package preview writes JSON, such as the inputs and outputs of a run, as indented text
// without braces and escapes.
package preview

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/markdown"
)

// Text returns a JSON value as lines, in at most max characters. whole reports whether the
// text is complete. A string is written unescaped, an object with one line per key, a list
// with one line per item; nested values are indented.
//
// It reads only as much of the value as it writes, so that a long value takes no longer.
func Text(value json.RawMessage, max int) (text string, whole bool) {
	// One more character shows that the text is longer, and one is the last newline.
	w := &writer{decoder: json.NewDecoder(bytes.NewReader(value)), remaining: max + 2}
	w.decoder.UseNumber()
	err := w.writeValue(place{})
	text = strings.Trim(w.text.String(), "\n")
	switch {
	case errors.Is(err, errFull):
		text, _ = markdown.Cut(text+"…", max)
		return text, false
	case err != nil: // not JSON
		text = string(value)
	}
	short, cut := markdown.Cut(text, max)
	return short, !cut
}

// errFull stops the writer when the maximum length is reached.
var errFull = errors.New("the maximum length is reached")

// place is the place of a value: at the start, after a key, or after the dash of an item.
type place struct {
	depth int
	after string // "", ":" or "-"
}

func (p place) indent() string { return strings.Repeat("  ", p.depth) }

type writer struct {
	decoder   *json.Decoder
	text      strings.Builder
	remaining int // the remaining number of characters
}

func (w *writer) write(text string) error {
	length := utf8.RuneCountInString(text)
	if length < w.remaining {
		w.remaining -= length
		w.text.WriteString(text)
		return nil
	}
	for _, r := range text {
		if w.remaining == 0 {
			break
		}
		w.remaining--
		w.text.WriteRune(r)
	}
	return errFull
}

func (w *writer) writeValue(at place) error {
	token, err := w.decoder.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Delim:
		return w.writeNested(token, at)
	case json.Number:
		return w.writeScalar(token.String(), at)
	case bool:
		if token {
			return w.writeScalar("true", at)
		}
		return w.writeScalar("false", at)
	case string:
		return w.writeString(token, at)
	}
	return w.writeScalar("null", at)
}

func (w *writer) writeScalar(text string, at place) error {
	if at.after != "" {
		text = " " + text
	}
	return w.write(text + "\n")
}

func (w *writer) writeString(text string, at place) error {
	switch {
	case text == "":
		return w.writeScalar(`""`, at)
	case at.after == "":
		return w.write(text + "\n")
	case !strings.Contains(text, "\n"):
		return w.writeScalar(text, at)
	}
	indent := "\n" + at.indent()
	text = strings.ReplaceAll(text, "\n", indent)
	if at.after == ":" {
		return w.write(indent + text + "\n")
	}
	return w.writeScalar(text, at)
}

// writeNested writes an object or a list. After a dash its first entry is on the same line,
// after a key on the next.
func (w *writer) writeNested(open json.Delim, at place) error {
	if !w.decoder.More() {
		if _, err := w.decoder.Token(); err != nil {
			return err
		}
		return w.writeScalar(map[json.Delim]string{'{': "{}", '[': "[]"}[open], at)
	}
	lead := at.indent()
	switch at.after {
	case ":":
		lead = "\n" + lead
	case "-":
		lead = " "
	}
	for w.decoder.More() {
		item := place{at.depth + 1, "-"}
		label := "-"
		if open == '{' {
			key, err := w.decoder.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			item.after, label = ":", strings.Join(strings.Fields(name), " ")+":"
		}
		if err := w.write(lead + label); err != nil {
			return err
		}
		if err := w.writeValue(item); err != nil {
			return err
		}
		lead = at.indent()
	}
	_, err := w.decoder.Token() // the closing brace or bracket
	return err
}
