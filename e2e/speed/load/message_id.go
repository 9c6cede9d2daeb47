package load

import (
	"bytes"
	"errors"
	"strconv"
)

var errNotAnAnswer = errors.New("not an answer with a number as its id")

// messageID finds the id of a JSON-RPC answer without decoding the rest of it:
// some servers put it before the result and some behind.
func messageID(message []byte) (int64, error) {
	depth, key := 0, false // key: the string that follows at this depth is one
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
			end := stringEnd(message, i)
			if end < 0 {
				return 0, errNotAnAnswer
			}
			if key && string(message[i:end]) == `"id"` {
				return number(message[end:])
			}
			key, i = false, end-1
		}
	}
	return 0, errNotAnAnswer
}

// stringEnd is the index behind the string that begins at start.
func stringEnd(message []byte, start int) int {
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

// number reads the number behind a colon.
func number(rest []byte) (int64, error) {
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
