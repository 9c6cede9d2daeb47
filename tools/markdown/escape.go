package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape puts a backslash before what would make a line of Markdown more than
// text: code, emphasis, links and images, markup, table cells, addresses that
// renderers make links of, and the quotation mark that ends a [Quote]. Names
// such as search_orders stay as they are.
func Escape(line string) string {
	if !strings.ContainsAny(line, "\\`*~[]<>|\"_:.@") {
		return line
	}
	var b strings.Builder
	b.Grow(len(line) + len(line)/8)
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if active(r) || r == '_' && atWordEdge(line[:i], line[i+size:]) || startsAddress(r, line[:i], line[i+size:]) {
			b.WriteByte('\\')
		}
		b.WriteString(line[i : i+size])
		i += size
	}
	return b.String()
}

func active(r rune) bool { return strings.ContainsRune("\\`*~[]<>|\"", r) }

// atWordEdge reports whether an underscore could begin or end emphasis: inside
// a word it cannot.
func atWordEdge(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return !alphanumeric(last) || !alphanumeric(first)
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// startsAddress reports the character at which renderers recognize a bare
// address: the colon of https://, the dot of www.example, the @ of user@example.
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
