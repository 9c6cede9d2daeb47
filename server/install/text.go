package install

import (
	"bytes"
	"fmt"
	"slices"
)

const whitespace = " \t\r\n"

// span is the bytes between two offsets of a text.
type span struct{ start, end int }

// splice returns src with text in the place of s.
func splice(src []byte, s span, text string) []byte {
	return slices.Concat(src[:s.start], []byte(text), src[s.end:])
}

// deleteText takes out s with the space in front of it, and its line if nothing
// else is on it.
func deleteText(src []byte, s span) []byte {
	s.start = len(bytes.TrimRight(src[:s.start], " \t"))
	end := lineEnd(src, s.end)
	if s.start == lineStart(src, s.start) && len(bytes.TrimSpace(src[s.end:end])) == 0 {
		s.end = end
	}
	return splice(src, s, "")
}

// lineStart is the offset at which the line around an offset begins.
func lineStart(src []byte, offset int) int {
	return bytes.LastIndexByte(src[:offset], '\n') + 1
}

// lineEnd is the offset at which the next line begins.
func lineEnd(src []byte, offset int) int {
	if i := bytes.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// indentation is the white space at the start of the line around an offset.
func indentation(src []byte, offset int) string {
	line := src[lineStart(src, offset):offset]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// newline is what ends the first line of src.
func newline(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// errorAt is an error that names the line of an offset.
func errorAt(src []byte, offset int, text string, args ...any) error {
	return fmt.Errorf("line %d: %s", 1+bytes.Count(src[:offset], []byte("\n")), fmt.Sprintf(text, args...))
}
