package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape puts a backslash before what makes a line of Markdown more than text: code,
// emphasis, links, images, markup, table cells, addresses that renderers turn into
// links, and the quotation mark that ends a [Quote]. Names such as search_orders stay
// as they are.
func Escape(line string) string {
	if !strings.ContainsAny(line, "\\`*~[]<>|\"_:.@") {
		return line
	}
	var b strings.Builder
	b.Grow(len(line) + len(line)/8)
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if isActive(r) || r == '_' && atWordEdge(line[:i], line[i+size:]) || startsAddress(r, line[:i], line[i+size:]) {
			b.WriteByte('\\')
		}
		b.WriteString(line[i : i+size])
		i += size
	}
	return b.String()
}

func isActive(r rune) bool { return strings.ContainsRune("\\`*~[]<>|\"", r) }

// atWordEdge reports whether an underscore may begin or end emphasis, which it cannot
// inside a word.
func atWordEdge(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return !isAlphanumeric(last) || !isAlphanumeric(first)
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// startsAddress reports whether renderers recognize an address by a character: the
// colon of https://, the dot of www.example, the @ of user@example.
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
