// Package markdown writes Markdown that contains text of users and models, such as names,
// summaries and previews. A newline, a fence, a table bar, a link or an invisible character
// in such text must not become markup.
package markdown

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns text as valid UTF-8 that is safe to show. It shows control characters by
// their pictures, such as ␛, and bidirectional ones by their numbers, such as ⟨U+202E⟩. It
// removes invisible characters, and all but a few combining marks on a character, which
// could cover other lines. Tabs stay, and line breaks become newlines.
func Clean(text string) string { return clean(text, math.MaxInt) }

// clean stops after more than limit bytes, so that it does not read the rest of a long text.
// The result is then longer than limit.
func clean(text string, limit int) string {
	if beginning := text[:1+min(len(text)-1, limit)]; isPlain(beginning) {
		return beginning
	}
	var b strings.Builder
	b.Grow(min(len(text), limit))
	marks := 0
	for _, r := range text {
		if b.Len() > limit {
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
			marks = 0
			continue
		case isInvisible(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
			b.WriteRune(r)
			continue
		}
		marks = 0
		b.WriteRune(r)
	}
	return b.String()
}

// isPlain reports whether text is only printable ASCII, newlines and tabs.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' || c >= unicode.MaxASCII) && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// controlPictures is the first of Unicode's pictures of the ASCII control characters, which
// are in the same order.
const controlPictures = '␀'

// maxMarks is the maximum number of combining marks on a character. No script needs more.
const maxMarks = 4

// isInvisible reports whether a character has no width: format characters, fillers, variation
// selectors, tags.
func isInvisible(r rune) bool {
	switch {
	case r == '\u034F', r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', r == '\u17B4', r == '\u17B5':
		return true
	case r >= '\u180B' && r <= '\u180F', r >= '\uFE00' && r <= '\uFE0F', r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Co)
}

// Line returns text on one line of at most max characters. It does not mark the line as
// data; see [Quote].
func Line(text string, max int) string {
	// This is enough for max characters and the blanks between them, unless the text has
	// hundreds of blanks.
	limit := 4*max + 256
	cleaned := clean(text, limit)
	line := cleaned
	if !isPlain(line) || strings.ContainsAny(line, "\n\t") || strings.Contains(line, "  ") || strings.TrimSpace(line) != line {
		line = strings.Join(strings.Fields(cleaned), " ")
	}
	if len(cleaned) > limit {
		line += "…"
	}
	line, _ = Cut(line, max)
	return line
}

// Quote returns text as data on one line: at most max characters in double quotes, with the
// characters escaped that could end the quotation or become markup.
func Quote(text string, max int) string { return `"` + Escape(Line(text, max)) + `"` }

// Word returns a word that is expected to be plain, such as a status: unchanged if it is,
// else quoted by [Quote].
func Word(text string, max int) string {
	line := Line(text, max)
	if line == "" || strings.ContainsFunc(line, func(r rune) bool {
		return r != ' ' && r != '-' && r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return Quote(text, max)
	}
	return line
}

// Block returns text as data on several lines, in a fence that is longer than any in the
// text.
func Block(text string) string {
	text = Clean(text)
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimRight(text, "\n") + "\n" + fence
}

// Cut shortens text to at most max characters, the last of which is then an ellipsis. cut
// reports whether it did.
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

// Shorten cleans text as [Clean] does, and shortens it to at most max bytes at the end of a
// character, with an ellipsis. cut reports whether it did. Unlike [Cut] it counts bytes, for
// budgets in bytes.
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
