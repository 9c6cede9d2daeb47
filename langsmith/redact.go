package langsmith

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// minSecretLength is the length from which credentials are redacted. Replacing a shorter
// text would garble responses.
const minSecretLength = 6

// Redact replaces every occurrence of the secret in text, in upper and lower case, also
// in base64 and hexadecimal and as JSON, URLs, HTML and Go escape it.
func (s Secret) Redact(text []byte) []byte { return s.redactor().redact(text) }

// redactor redacts one secret in many texts.
type redactor struct {
	// forms returns the encodings of the secret in lower case, apart from escapes.
	// It is a function, since fmt would print the secrets of a field; nil for no
	// secret.
	forms func() [][]byte
}

func (s Secret) redactor() redactor {
	if len(s) < minSecretLength {
		return redactor{}
	}
	forms := [][]byte{[]byte(s), []byte(strings.ReplaceAll(string(s), " ", "+")), []byte(hex.EncodeToString([]byte(s)))}
	for before := range 3 {
		// The bytes before and after the secret shift its bits, and change the
		// first and the last character of its base64.
		padded := append(make([]byte, before), s...)
		inner := []byte(base64.RawStdEncoding.EncodeToString(padded)[(before*8+5)/6 : len(padded)*8/6])
		forms = append(forms, inner, bytes.ReplaceAll(bytes.ReplaceAll(inner, []byte("+"), []byte("-")), []byte("/"), []byte("_")))
	}
	for i := range forms {
		forms[i] = toLower(forms[i])
	}
	return redactor{func() [][]byte { return forms }}
}

// toLower converts ASCII letters to lower case, which keeps the length.
func toLower(text []byte) []byte {
	lower := bytes.Clone(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}

// A long text is searched in windows, since a view needs several times the text's
// memory. They overlap by more than the length of an escaped credential. In bytes.
const (
	searchWindow  = 1 << 20
	searchOverlap = 64 << 10
)

func (r redactor) redact(text []byte) []byte {
	if r.forms == nil {
		return text
	}
	var found []span
	for from := 0; ; from += searchWindow - searchOverlap {
		to := min(from+searchWindow, len(text))
		found = append(found, find(r.forms(), text[from:to], from)...)
		if to == len(text) {
			break
		}
	}
	if found == nil {
		return text
	}
	slices.SortFunc(found, func(a, b span) int { return a.start - b.start })
	var out []byte
	kept := 0 // how much of text is in out
	for _, s := range found {
		if s.start >= kept {
			out = append(append(out, text[kept:s.start]...), redacted...)
		}
		kept = max(kept, s.end)
	}
	return append(out, text[kept:]...)
}

// span is a range of bytes in a text.
type span struct{ start, end int }

// maxEscapes bounds how many times a character may be escaped, as by JSON in a URL in
// JSON.
const maxEscapes = 4

// find finds the forms of a secret in a text, and adds offset to their positions.
func find(forms [][]byte, text []byte, offset int) (found []span) {
	shortest := len(slices.MinFunc(forms, func(a, b []byte) int { return len(a) - len(b) }))
	v := view{text: text}
	for escapes := 0; len(v.text) >= shortest; escapes++ {
		lower := toLower(v.text)
		for _, form := range forms {
			for from := 0; ; {
				at := bytes.Index(lower[from:], form)
				if at < 0 {
					break
				}
				from += at + len(form)
				found = append(found, span{offset + v.origin(from-len(form)), offset + v.origin(from)})
			}
		}
		if escapes == maxEscapes || !bytes.ContainsAny(v.text, escapeStarts) {
			break
		}
		next, changed := v.unescape()
		if !changed {
			break
		}
		v = next
	}
	return found
}

// view is an unescaped text.
type view struct {
	text    []byte
	origins []int32 // position of each byte, and of the end, in the original; nil for the original
}

func (v view) origin(i int) int {
	if v.origins == nil {
		return i
	}
	return int(v.origins[i])
}

// escapeStarts are the first characters of escapes.
const escapeStarts = `\%&`

// unescape undoes one level of escapes.
func (v view) unescape() (next view, changed bool) {
	next = view{make([]byte, 0, len(v.text)), make([]int32, 0, len(v.text)+1)}
	var char [utf8.UTFMax]byte
	for i := 0; i < len(v.text); {
		decoded, width := unescape(char[:0], v.text[i:])
		if width == 0 {
			decoded, width = append(decoded, v.text[i]), 1
		} else {
			changed = true
		}
		for _, b := range decoded {
			next.text = append(next.text, b)
			next.origins = append(next.origins, int32(v.origin(i)))
		}
		i += width
	}
	next.origins = append(next.origins, int32(v.origin(len(v.text))))
	return next, changed
}

// unescape appends the character of the escape at the beginning of text. width is the
// length of the escape; 0 for none.
func unescape(to, text []byte) (char []byte, width int) {
	switch {
	case len(text) < 2:
	case text[0] == '%':
		return decodeHex(to, text, 1, 2, func(code uint64) []byte { return append(to, byte(code)) })
	case text[0] == '\\':
		asRune := func(code uint64) []byte { return utf8.AppendRune(to, rune(code)) }
		switch text[1] {
		case 'u':
			return decodeHex(to, text, 2, 4, asRune)
		case 'U':
			return decodeHex(to, text, 2, 8, asRune)
		case 'x':
			return decodeHex(to, text, 2, 2, func(code uint64) []byte { return append(to, byte(code)) })
		case '/', '"', '\'', '\\':
			return append(to, text[1]), 2
		}
	case text[0] == '&':
		end := bytes.IndexByte(text[:min(len(text), maxEntityLength)], ';') + 1
		if decoded := html.UnescapeString(string(text[:end])); end > 0 && utf8.RuneCountInString(decoded) == 1 {
			return append(to, decoded...), end
		}
	}
	return to, 0
}

// maxEntityLength bounds the length of an HTML entity, in bytes.
const maxEntityLength = 12

// decodeHex reads a number of hexadecimal digits at an offset.
func decodeHex(to, text []byte, from, digits int, decode func(uint64) []byte) (char []byte, width int) {
	if len(text) < from+digits {
		return to, 0
	}
	code, err := strconv.ParseUint(string(text[from:from+digits]), 16, 32)
	if err != nil {
		return to, 0
	}
	return decode(code), from + digits
}

// redactError redacts an error's text: net/http quotes a response that it cannot parse.
func (r redactor) redactError(err error) error {
	text := []byte(err.Error())
	if clean := r.redact(text); !bytes.Equal(clean, text) {
		return errors.New(string(clean))
	}
	return err
}
