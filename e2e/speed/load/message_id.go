package load

import (
	"bytes"
	"errors"
	"strconv"
)

var errNotAnAnswer = errors.New("not an answer with a number as its id")

// messageID returns the id of a JSON-RPC response without decoding the rest, since some
// servers write it before the result and some after it.
func messageID(message []byte) (int64, error) {
	depth, key := 0, false // the next string at this depth is a name
	for i := 0; i < len(message); i++ {
		switch message[i] {
		case '{':
			depth++
			key = depth == 1
		case '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			key = depth == 1
		case '"':
			end := findStringEnd(message, i)
			if end < 0 {
				return 0, errNotAnAnswer
			}
			if key && string(message[i:end]) == `"id"` {
				return readNumber(message[end:])
			}
			key, i = false, end-1
		}
	}
	return 0, errNotAnAnswer
}

// findStringEnd returns the index after the string that begins at start.
func findStringEnd(message []byte, start int) int {
	for at := start + 1; ; {
		quote := bytes.IndexByte(message[at:], '"')
		if quote < 0 {
			return -1
		}
		at += quote + 1
		escapes := 0
		for message[at-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
	}
}

// readNumber reads the number after a colon.
func readNumber(rest []byte) (int64, error) {
	rest = bytes.TrimLeft(rest, ": \t\r\n")
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	id, err := strconv.ParseInt(string(rest[:end]), 10, 64)
	if err != nil {
		return 0, errNotAnAnswer
	}
	return id, nil
}
