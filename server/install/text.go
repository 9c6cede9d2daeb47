package install

import (
	"bytes"
	"fmt"
	"slices"
)

const whitespace = " \t\r\n"

// span is a part of a text, by its byte offsets.
type span struct{ start, end int }

// splice returns src with s replaced by text.
func splice(src []byte, s span, text string) []byte {
	return slices.Concat(src[:s.start], []byte(text), src[s.end:])
}

// deleteText removes s with the space before it, and the whole line if nothing else is on
// it.
func deleteText(src []byte, s span) []byte {
	s.start = len(bytes.TrimRight(src[:s.start], " \t"))
	end := lineEnd(src, s.end)
	if s.start == lineStart(src, s.start) && len(bytes.TrimSpace(src[s.end:end])) == 0 {
		s.end = end
	}
	return splice(src, s, "")
}

// lineStart returns the offset of the first byte of the line at offset.
func lineStart(src []byte, offset int) int {
	return bytes.LastIndexByte(src[:offset], '\n') + 1
}

// lineEnd returns the offset of the first byte of the next line.
func lineEnd(src []byte, offset int) int {
	if i := bytes.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// indentation returns the white space at the start of the line at offset.
func indentation(src []byte, offset int) string {
	line := src[lineStart(src, offset):offset]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// newline returns the line ending of src's first line.
func newline(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// errorAt returns an error with the line of an offset.
func errorAt(src []byte, offset int, text string, args ...any) error {
	return fmt.Errorf("line %d: %w", 1+bytes.Count(src[:offset], []byte("\n")), fmt.Errorf(text, args...))
}
