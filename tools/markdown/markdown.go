// Package markdown writes text that people and models read, and keeps data in
// its place there. Names, summaries and previews were written by users and by
// other models: a newline, a fence, a table bar, a link or an invisible
// character in them must not become part of what the server itself says.
package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text that came from outside harmless to show: valid UTF-8, no
// control characters or terminal escapes, nothing invisible or bidirectional,
// no marks piled up until they cover the lines around. Newlines and tabs stay.
func Clean(text string) string { return clean(text, len(text)) }

// clean stops once it has more than enough bytes, so that the beginning of a
// long text costs no more than it shows.
func clean(text string, enough int) string {
	if len(text) <= enough && isPlain(text) {
		return text
	}
	var b strings.Builder
	b.Grow(min(len(text), enough+utf8.UTFMax))
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
		case invisible(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if piled++; piled > mostMarks {
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

// isPlain reports whether text is letters, digits, signs and blanks of ASCII, as
// most is, of which nothing needs cleaning.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= unicode.MaxASCII {
			return false
		}
	}
	return true
}

// mostMarks is how many combining marks one character may carry; no script
// needs more.
const mostMarks = 4

// invisible reports characters that only steer what is shown, or take no room:
// controls, format characters, fillers, variation selectors, tags.
func invisible(r rune) bool {
	switch {
	case r == '\u034F', r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', r == '\u17B4', r == '\u17B5':
		return true
	case r >= '\u180B' && r <= '\u180F', r >= '\uFE00' && r <= '\uFE0F', r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co)
}

// Line makes one line of at most max characters of text from outside. It does
// not mark it as data; see [Quote].
func Line(text string, max int) string {
	// No more is read than a line can be made of, blanks that fall together
	// included, but for a text that begins with thousands of them.
	enough := 4*max + 256
	cleaned := clean(text, enough)
	line := cleaned
	if !isPlain(line) || strings.Contains(line, "  ") || strings.TrimSpace(line) != line {
		line = strings.Join(strings.Fields(cleaned), " ")
	}
	if len(cleaned) > enough {
		line += "…"
	}
	line, _ = Cut(line, max)
	return line
}

// Quote shows text from outside as data on one line: in double quotes, at most
// max characters of it, with everything escaped that could end the quotation
// or become markup.
func Quote(text string, max int) string { return `"` + Escape(Line(text, max)) + `"` }

// Word shows a word from outside that is expected to be a plain one, such as a
// status: as it is where it is plain, else as [Quote] does.
func Word(text string, max int) string {
	line := Line(text, max)
	if line == "" || strings.ContainsFunc(line, func(r rune) bool {
		return r != ' ' && r != '-' && r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return Quote(text, max)
	}
	return line
}

// Block shows text from outside over several lines, in a fence that is longer
// than any in the text.
func Block(text string) string {
	text = Clean(text)
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimRight(text, "\n") + "\n" + fence
}

// Cut shortens text to at most max characters, at a character boundary, with
// an ellipsis as the last of them; cut says whether it did.
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

// Shorten cleans text as [Clean] does and shortens it to at most max bytes, at
// a character boundary, with an ellipsis as the last of them; cut says whether
// it did. It is for what has to fit: a character of one script takes four times
// the room of another's, and says the more.
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
