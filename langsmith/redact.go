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

// shortestSecret is the length below which a credential is not looked for in
// answers: replacing a word of a few letters would only garble them.
const shortestSecret = 6

// Redact replaces every occurrence of the secret in text, in either case, as it
// is or in base64 or hexadecimal, and however JSON, a URL, HTML or Go escapes it.
func (s Secret) Redact(text []byte) []byte { return s.redactor().redact(text) }

// redactor takes one secret out of many texts.
type redactor struct {
	// forms returns the ways to write the secret that no unescaping undoes, in
	// lower case. It is no field, as in Client; nil for no secret.
	forms func() [][]byte
}

func (s Secret) redactor() redactor {
	if len(s) < shortestSecret {
		return redactor{}
	}
	forms := [][]byte{[]byte(s), []byte(strings.ReplaceAll(string(s), " ", "+")), []byte(hex.EncodeToString([]byte(s)))}
	for before := range 3 {
		// What stands before the secret, and after it, shifts its bits and has a
		// part in the letters at its ends.
		padded := append(make([]byte, before), s...)
		inner := []byte(base64.RawStdEncoding.EncodeToString(padded)[(before*8+5)/6 : len(padded)*8/6])
		forms = append(forms, inner, bytes.ReplaceAll(bytes.ReplaceAll(inner, []byte("+"), []byte("-")), []byte("/"), []byte("_")))
	}
	for i := range forms {
		forms[i] = toLower(forms[i])
	}
	return redactor{func() [][]byte { return forms }}
}

// toLower lowers the letters of ASCII, which keeps the length.
func toLower(text []byte) []byte {
	lower := bytes.Clone(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}

// A long text is searched in windows, since a view takes several times its size;
// they overlap by more than a credential takes, however it is escaped. In bytes.
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

// span is a part of a text.
type span struct{ start, end int }

// mostEscapes is how many times over a character may be escaped, as by JSON inside
// of a URL inside of JSON.
const mostEscapes = 4

// find finds the forms in a text that begins at an offset.
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
		if escapes == mostEscapes || !bytes.ContainsAny(v.text, introducers) {
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

// view is a text with its escapes undone.
type view struct {
	text    []byte
	origins []int32 // where each byte, and the end, is from; nil for the text itself
}

func (v view) origin(i int) int {
	if v.origins == nil {
		return i
	}
	return int(v.origins[i])
}

// introducers are what escapes begin with.
const introducers = `\%&`

// unescape undoes one escape of each character that has any.
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

// unescape appends the character whose escape text begins with, and returns how
// many bytes that takes; 0 where there is none.
func unescape(to, text []byte) (char []byte, width int) {
	switch {
	case len(text) < 2:
	case text[0] == '%':
		return appendCode(to, text, 1, 2, func(code uint64) []byte { return append(to, byte(code)) })
	case text[0] == '\\':
		asRune := func(code uint64) []byte { return utf8.AppendRune(to, rune(code)) }
		switch text[1] {
		case 'u':
			return appendCode(to, text, 2, 4, asRune)
		case 'U':
			return appendCode(to, text, 2, 8, asRune)
		case 'x':
			return appendCode(to, text, 2, 2, func(code uint64) []byte { return append(to, byte(code)) })
		case '/', '"', '\'', '\\':
			return append(to, text[1]), 2
		}
	case text[0] == '&':
		end := bytes.IndexByte(text[:min(len(text), longestEntity)], ';') + 1
		if decoded := html.UnescapeString(string(text[:end])); end > 0 && utf8.RuneCountInString(decoded) == 1 {
			return append(to, decoded...), end
		}
	}
	return to, 0
}

// longestEntity bounds an HTML entity, in bytes.
const longestEntity = 12

// appendCode reads so many hexadecimal digits from an offset on.
func appendCode(to, text []byte, from, digits int, decode func(uint64) []byte) (char []byte, width int) {
	if len(text) < from+digits {
		return to, 0
	}
	code, err := strconv.ParseUint(string(text[from:from+digits]), 16, 32)
	if err != nil {
		return to, 0
	}
	return decode(code), from + digits
}

// redactError keeps an error whose text holds the credential from being shown:
// net/http quotes what it could not read as an answer.
func (r redactor) redactError(err error) error {
	text := []byte(err.Error())
	if clean := r.redact(text); !bytes.Equal(clean, text) {
		return errors.New(string(clean))
	}
	return err
}
