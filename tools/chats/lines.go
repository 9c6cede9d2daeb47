package chats

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Read reads JSON Lines with one chat per line: a list of messages, or an object with such
// a list as messages. It skips blank lines.
func Read(file io.Reader) ([]Chat, error) {
	lines := &lineReader{from: bufio.NewReaderSize(io.LimitReader(file, maxFileBytes+1), 64<<10)}
	var chats []Chat
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			continue
		}
		if len(chats) == MaxChats {
			return nil, fmt.Errorf("line %d: at most %d chats are allowed", lines.number, MaxChats)
		}
		chat, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", lines.number, err)
		}
		chats = append(chats, chat)
	}
	if len(chats) == 0 {
		return nil, errors.New("the file has no chat")
	}
	return chats, nil
}

func parseLine(line []byte) (Chat, error) {
	// encoding/json accepts invalid Unicode, such as an unpaired surrogate.
	if !jsontext.Value(line).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil, errors.New("is not JSON; each line must be one chat")
	}
	var messages []json.RawMessage
	if line[0] == '{' {
		var object struct {
			Messages json.RawMessage `json:"messages"`
		}
		if err := json.Unmarshal(line, &object); err != nil {
			return nil, errors.New("is not a chat")
		}
		line = object.Messages
	}
	if err := json.Unmarshal(line, &messages); err != nil {
		return nil, errors.New("is neither a list of messages nor an object with such a list as messages")
	}
	return Parse(messages)
}

// lineReader reads lines. It bounds the length of a line and of the file.
type lineReader struct {
	from   *bufio.Reader
	number int // of the last line, from 1
	total  int // bytes read
}

// next returns the next line without surrounding blanks, and io.EOF after the last.
func (r *lineReader) next() ([]byte, error) {
	r.number++
	var line []byte
	for {
		part, err := r.from.ReadSlice('\n')
		r.total += len(part)
		if r.total > maxFileBytes {
			return nil, fmt.Errorf("the file has more than %d bytes", maxFileBytes)
		}
		if len(line)+len(part) > 2*MaxChatBytes {
			return nil, fmt.Errorf("line %d: has more than %d bytes", r.number, 2*MaxChatBytes)
		}
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("line %d: %w", r.number, err)
		}
		if r.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\uFEFF")) // the byte order mark of some editors
		}
		return bytes.TrimSpace(line), nil
	}
}
