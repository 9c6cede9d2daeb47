package tool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"langsmith-insights-mcp/tools/markdown"
)

// Result is the result of a tool's function. Its JSON is the structured content, and its
// Text has the same for a model or a person. Clients show one or the other, so each is
// complete.
type Result interface {
	Text() string
}

// The budgets of a result in bytes, for its text and its structured content each.
const (
	ConciseBudget = 8_000
	DefaultBudget = 20_000
	LargestBudget = 60_000
)

// Reply is a rendered result, or an error in words.
type Reply struct {
	Structured json.RawMessage // nil for an error
	Text       string
	IsError    bool
	NotFound   bool  // an error, because something that the call names does not exist
	Err        error // what Text explains; nil for a result
}

func render(result Result) (Reply, error) {
	structured, err := json.Marshal(result)
	if err != nil {
		return Reply{}, fmt.Errorf("encode the result: %w", err)
	}
	return Reply{Structured: cleanJSON(structured), Text: markdown.Clean(result.Text())}, nil
}

// cleanJSON cleans every string of a value as [markdown.Clean] does, including the names of
// members, so that text of users and models is as harmless in the structure as in the text.
// Of two members with the same name afterwards the first stays.
func cleanJSON(value []byte) []byte {
	if isCleanJSON(value) {
		return value
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var out bytes.Buffer
	encoder := jsontext.NewEncoder(&out, jsontext.PreserveRawStrings(true), jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true)) // as encoding/json does
	var err error
	for err == nil { // its end is one, as the value was encoded here
		if decoder.PeekKind() != jsontext.KindString {
			var token jsontext.Token
			if token, err = decoder.ReadToken(); err == nil {
				err = encoder.WriteToken(token)
			}
			continue
		}
		var quoted jsontext.Value
		if quoted, err = decoder.ReadValue(); err != nil {
			continue
		}
		unquoted, _ := jsontext.AppendUnquote(nil, quoted)
		text := string(unquoted)
		var written error
		if clean := markdown.Clean(text); clean == text {
			written = encoder.WriteValue(quoted) // as it was written
		} else {
			written = encoder.WriteToken(jsontext.String(clean))
		}
		if written != nil {
			err = decoder.SkipValue() // of a member whose name is taken
		}
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// isCleanJSON reports whether the output of encoding/json certainly needs no cleaning: it
// has no unsafe character, no escape of one but <, > and &, and no name twice in an object.
func isCleanJSON(value []byte) bool {
	text := string(value)
	escaped := 0
	for _, escape := range []string{`\u003c`, `\u003e`, `\u0026`} {
		escaped += strings.Count(text, escape)
	}
	return strings.Count(text, `\u`) == escaped && !strings.Contains(text, `\r`) && !strings.Contains(text, `\b`) && !strings.Contains(text, `\f`) &&
		markdown.Clean(text) == text && jsontext.Value(value).IsValid()
}

// Resizable is a result that is built in the largest size that fits its budget,
// such as a page of items with long texts.
type Resizable[R Result] struct {
	// Build returns the result with its first items only, and with its long texts cut to
	// chars. The result names what was left out and the call that returns it.
	Build func(items, chars int) R

	Items    int // the number of items of the whole result
	Chars    int // the length of its longest text
	MinChars int // the length to which texts are cut before items are left out; 0 for Chars
	Budget   int // in bytes; 0 for DefaultBudget
}

// minText is the length below which no text is cut to make a result fit.
const minText = 40

// Fit builds and renders the largest result that fits: the whole; else all items with texts
// of at least MinChars; else as many items as fit with such texts; else one item with texts
// as long as possible.
func (r *Resizable[R]) Fit() (fitted R, reply Reply, err error) {
	fits := func(items, chars int) bool {
		result := r.Build(items, chars)
		rendered, renderErr := render(result)
		if renderErr != nil {
			err = renderErr
			return false
		}
		if max(len(rendered.Structured), len(rendered.Text)) >= r.budget() {
			return false
		}
		fitted, reply = result, rendered
		return true
	}
	minChars := r.MinChars
	if minChars == 0 {
		minChars = r.Chars
	}
	if fits(r.Items, r.Chars) ||
		findLargest(minChars, r.Chars-1, func(chars int) bool { return fits(r.Items, chars) }) ||
		findLargest(1, r.Items-1, func(items int) bool { return fits(items, minChars) }) ||
		findLargest(minText, minChars-1, func(chars int) bool { return fits(min(r.Items, 1), chars) }) {
		return fitted, reply, nil
	}
	if err == nil {
		err = fmt.Errorf("no part of the result fits into %d bytes", r.budget())
	}
	return fitted, Reply{}, err
}

func (r *Resizable[R]) budget() int {
	if r.Budget == 0 {
		return DefaultBudget
	}
	return min(r.Budget, LargestBudget)
}

// findLargest searches the numbers from low to high for the largest that fits, and reports
// whether any does. That number is the last for which fits returned true.
func findLargest(low, high int, fits func(int) bool) bool {
	if high < low || !fits(low) {
		return false
	}
	sort.Search(high-low, func(i int) bool { return !fits(low + 1 + i) })
	return true
}
