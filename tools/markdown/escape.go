package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape escapes the characters of a line that Markdown would interpret: those of code,
// emphasis, links, images, HTML, table cells, and URLs that renderers turn into links. It
// also escapes the quotation mark that ends a [Quote]. Names such as search_orders are not
// changed.
func Escape(line string) string {
	if !strings.ContainsAny(line, "\\`*~[]<>|\"_:.@") {
		return line
	}
	var b strings.Builder
	b.Grow(len(line) + len(line)/8)
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if isSpecial(r) || r == '_' && atWordEdge(line[:i], line[i+size:]) || startsAddress(r, line[:i], line[i+size:]) {
			b.WriteByte('\\')
		}
		b.WriteString(line[i : i+size])
		i += size
	}
	return b.String()
}

func isSpecial(r rune) bool { return strings.ContainsRune("\\`*~[]<>|\"", r) }

// atWordEdge reports whether an underscore may begin or end emphasis; inside a word it
// cannot.
func atWordEdge(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return !isAlphanumeric(last) || !isAlphanumeric(first)
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// startsAddress reports whether renderers recognize a URL or an email address by a
// character: the colon of https://, the dot of www.example, the @ of user@example.
func startsAddress(r rune, before, after string) bool {
	switch r {
	case ':':
		return strings.HasPrefix(after, "//")
	case '.':
		return len(before) >= 3 && strings.EqualFold(before[len(before)-3:], "www")
	case '@':
		return true
	}
	return false
}
