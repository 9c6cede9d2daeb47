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

// Read reads JSON Lines, one chat a line: a list of messages, or an object with such a
// list as messages. Blank lines are skipped.
func Read(file io.Reader) ([]Chat, error) {
	lines := &lineReader{from: bufio.NewReaderSize(io.LimitReader(file, MaxFileBytes+1), 64<<10)}
	var read []Chat
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
		if len(read) == MaxChats {
			return nil, fmt.Errorf("line %d: at most %d chats are allowed", lines.number, MaxChats)
		}
		chat, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", lines.number, err)
		}
		read = append(read, chat)
	}
	if len(read) == 0 {
		return nil, errors.New("there is no chat in it")
	}
	return read, nil
}

func parseLine(line []byte) (Chat, error) {
	// encoding/json accepts text that is no Unicode, such as half of a surrogate pair.
	if !jsontext.Value(line).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil, errors.New("is not JSON; each line holds one chat")
	}
	var messages []json.RawMessage
	if line[0] == '{' {
		var object struct {
			Messages json.RawMessage `json:"messages"`
		}
		if err := json.Unmarshal(line, &object); err != nil {
			return nil, errors.New("is no chat")
		}
		line = object.Messages
	}
	if err := json.Unmarshal(line, &messages); err != nil {
		return nil, errors.New("is no list of messages, and no object that holds one as messages")
	}
	return Parse(messages)
}

// lineReader reads lines, and bounds their length and that of the file.
type lineReader struct {
	from   *bufio.Reader
	number int // of the last line, counted from one
	total  int // bytes read so far
}

// next returns the next line without the blanks around it. After the last it returns
// io.EOF.
func (r *lineReader) next() ([]byte, error) {
	r.number++
	var line []byte
	for {
		part, err := r.from.ReadSlice('\n')
		r.total += len(part)
		if r.total > MaxFileBytes {
			return nil, fmt.Errorf("the file has more than %d bytes", MaxFileBytes)
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
			line = bytes.TrimPrefix(line, []byte("\uFEFF")) // a byte order mark, which some editors write
		}
		return bytes.TrimSpace(line), nil
	}
}
