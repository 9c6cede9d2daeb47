// Package chats reads chat histories that are not in LangSmith, and sends them to LangSmith
// as traces.
//
// Errors name lines and messages by their numbers and never quote a chat, since an operator
// may hide the content of runs.
package chats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of the input.
const (
	// MaxChats is the maximum number of chats in a call. A job reads no more traces.
	MaxChats = 1000

	// MaxChatBytes bounds one chat. Its trace has the first message twice, and must fit
	// into one of LangSmith's batches of 20 MB.
	MaxChatBytes = 8 << 20

	// maxFileBytes bounds a file, which is read into memory.
	maxFileBytes = 64 << 20
)

// Chat is the messages of one chat in canonical JSON, so that equal chats have equal bytes.
type Chat []json.RawMessage

// Parse validates the messages of a chat. A message is an object with a role and a content,
// and may have further fields.
func Parse(messages []json.RawMessage) (Chat, error) {
	if len(messages) == 0 {
		return nil, errors.New("has no message")
	}
	chat := make(Chat, len(messages))
	size := 0
	for i, message := range messages {
		var err error
		if chat[i], err = parseMessage(message); err != nil {
			return nil, fmt.Errorf("message %d %w", i+1, err)
		}
		size += len(chat[i])
	}
	if size > MaxChatBytes {
		return nil, fmt.Errorf("has %d bytes; at most %d are allowed", size, MaxChatBytes)
	}
	return chat, nil
}

// parseMessage validates a message and returns it in canonical JSON.
func parseMessage(message json.RawMessage) (json.RawMessage, error) {
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(message))
	decoder.UseNumber() // so that large numbers keep their digits
	if err := decoder.Decode(&fields); err != nil || fields == nil {
		return nil, errors.New("is not an object with a role and a content")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("is more than one object")
	}
	if role, ok := fields["role"].(string); !ok || role == "" {
		return nil, errors.New("has no role, such as user or assistant")
	}
	switch fields["content"].(type) {
	case string, []any:
	case nil:
		// An assistant's message that only calls tools has no content.
		if fields["tool_calls"] == nil && fields["function_call"] == nil {
			return nil, errors.New("has no content")
		}
	default:
		return nil, errors.New("has a content that is neither text nor a list of parts")
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		return nil, fmt.Errorf("cannot be written as JSON: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
