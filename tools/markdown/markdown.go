// Package markdown writes text for people and models, with data in it that others
// wrote. Names, summaries and previews come from users and models: a newline, a fence,
// a table bar, a link or an invisible character in them must not become part of what
// the server itself says.
package markdown

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from outside harmless to show: it is valid UTF-8 then. Control
// characters are shown by their pictures, such as ␛, and bidirectional ones by their
// numbers, such as ⟨U+202E⟩. Characters that take no room are removed, as are piles of
// combining marks, which cover other lines. Tabs stay, and line breaks are newlines.
func Clean(text string) string { return clean(text, math.MaxInt-1) }

// clean stops once it has more than enough bytes, so that the beginning of a long text
// costs no more than is shown. The result is then longer than enough.
func clean(text string, enough int) string {
	if beginning := text[:1+min(len(text)-1, enough)]; isPlain(beginning) {
		return beginning
	}
	var b strings.Builder
	b.Grow(min(len(text), enough))
	piled := 0
	for _, r := range text {
		if b.Len() > enough {
			break
		}
		switch {
		case r >= ' ' && r < unicode.MaxASCII:
		case r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
			r = '\n'
		case r == '\n' || r == '\t':
		case r < ' ':
			r += controlPictures
		case r == unicode.MaxASCII:
			r = '␡'
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
			piled = 0
			continue
		case isInvisible(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if piled++; piled > maxMarks {
				continue
			}
			b.WriteRune(r)
			continue
		}
		piled = 0
		b.WriteRune(r)
	}
	return b.String()
}

// isPlain reports whether text is printable ASCII, newlines and tabs, which is clean.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' || c >= unicode.MaxASCII) && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// controlPictures is where Unicode has a picture of each ASCII control character, in
// their order.
const controlPictures = '␀'

// maxMarks is how many combining marks a character may have. No script needs more.
const maxMarks = 4

// isInvisible reports whether a character takes no room: format characters, fillers,
// variation selectors, tags.
func isInvisible(r rune) bool {
	switch {
	case r == '\u034F', r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', r == '\u17B4', r == '\u17B5':
		return true
	case r >= '\u180B' && r <= '\u180F', r >= '\uFE00' && r <= '\uFE0F', r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Co)
}

// Line makes one line of text from outside, of at most max characters. It does not mark
// the line as data; see [Quote].
func Line(text string, max int) string {
	// A line is made of no more, blanks that become one included, unless the text begins
	// with thousands of them.
	enough := 4*max + 256
	cleaned := clean(text, enough)
	line := cleaned
	if !isPlain(line) || strings.ContainsAny(line, "\n\t") || strings.Contains(line, "  ") || strings.TrimSpace(line) != line {
		line = strings.Join(strings.Fields(cleaned), " ")
	}
	if len(cleaned) > enough {
		line += "…"
	}
	line, _ = Cut(line, max)
	return line
}

// Quote writes text from outside as data on one line: at most max characters in double
// quotes, with everything escaped that could end the quotation or become markup.
func Quote(text string, max int) string { return `"` + Escape(Line(text, max)) + `"` }

// Word writes a word from outside that is expected to be plain, such as a status: as it
// is where it is plain, else as [Quote] does.
func Word(text string, max int) string {
	line := Line(text, max)
	if line == "" || strings.ContainsFunc(line, func(r rune) bool {
		return r != ' ' && r != '-' && r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return Quote(text, max)
	}
	return line
}

// Block writes text from outside as data on several lines, in a fence that is longer
// than any in the text.
func Block(text string) string {
	text = Clean(text)
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimRight(text, "\n") + "\n" + fence
}

// Cut shortens text to at most max characters, of which the last is an ellipsis then.
// cut reports whether it did.
func Cut(text string, max int) (short string, cut bool) {
	if max <= 0 {
		return "", text != ""
	}
	if len(text) <= max || utf8.RuneCountInString(text) <= max {
		return text, false
	}
	seen := 0
	for i := range text {
		if seen == max-1 {
			return strings.TrimRightFunc(text[:i], unicode.IsSpace) + "…", true
		}
		seen++
	}
	return text, false
}

// Shorten cleans text as [Clean] does and shortens it to at most max bytes, at the end
// of a character, with an ellipsis then. cut reports whether it did. Bytes are what has
// to fit: a character of one script takes four times as many as of another, and says
// more.
func Shorten(text string, max int) (short string, cut bool) {
	const ellipsis = "…"
	text = clean(text, max)
	if len(text) <= max {
		return text, false
	}
	if max < len(ellipsis) {
		return "", true
	}
	end := max - len(ellipsis)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + ellipsis, true
}
