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
// control characters or terminal escapes, nothing invisible or bidirectional.
// Newlines and tabs stay.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r', r == '\u2028', r == '\u2029', r == '\u0085':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), invisible(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// invisible reports characters that take no room and are no format characters:
// fillers, variation selectors and the tag block's neighbours.
func invisible(r rune) bool {
	switch {
	case r == '\u034F', r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', r == '\u17B4', r == '\u17B5':
		return true
	case r >= '\uFE00' && r <= '\uFE0F', r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// Line makes one line of at most max characters of text from outside. It does
// not mark it as data; see [Quote].
func Line(text string, max int) string {
	line, _ := Cut(strings.Join(strings.Fields(Clean(text)), " "), max)
	return line
}

// active are the characters by which a line of Markdown could become more than
// text: code, links and images, markup, table cells, and the escape itself.
var active = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, `"`, `\"`,
)

// Quote shows text from outside as data on one line: in double quotes, at most
// max characters of it, with everything escaped that could end the quotation
// or become markup.
func Quote(text string, max int) string { return `"` + active.Replace(Line(text, max)) + `"` }

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
