// Package chats reads chat histories that are not in LangSmith, makes traces of them
// and sends these to LangSmith.
//
// Errors name lines and messages by their numbers and never repeat what a chat says:
// an operator may keep the content of runs out of every result.
package chats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of what is read.
const (
	// MaxChats is how many chats one call may send. A job reads no more traces.
	MaxChats = 1000

	// MaxChatBytes bounds one chat. Its trace holds the first message twice, and has to
	// fit into one of LangSmith's batches, of 20 MB.
	MaxChatBytes = 8 << 20

	// MaxFileBytes bounds a file, which is read into memory.
	MaxFileBytes = 64 << 20
)

// Chat is the messages of one chat, each in canonical JSON: equal chats are equal
// bytes.
type Chat []json.RawMessage

// Parse checks the messages of a chat. A message is an object with a role and a
// content, and may have other fields.
func Parse(messages []json.RawMessage) (Chat, error) {
	if len(messages) == 0 {
		return nil, errors.New("holds no message")
	}
	chat := make(Chat, len(messages))
	size := 0
	for i, message := range messages {
		var err error
		if chat[i], err = canonicalMessage(message); err != nil {
			return nil, fmt.Errorf("message %d %w", i+1, err)
		}
		size += len(chat[i])
	}
	if size > MaxChatBytes {
		return nil, fmt.Errorf("has %d bytes; at most %d are allowed", size, MaxChatBytes)
	}
	return chat, nil
}

// canonicalMessage checks a message and returns it in canonical JSON.
func canonicalMessage(message json.RawMessage) (json.RawMessage, error) {
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(message))
	decoder.UseNumber() // so that large numbers keep their digits
	if err := decoder.Decode(&fields); err != nil || fields == nil {
		return nil, errors.New("is no object with a role and a content")
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
		// A message of an assistant that only calls tools has none.
		if fields["tool_calls"] == nil && fields["function_call"] == nil {
			return nil, errors.New("has no content")
		}
	default:
		return nil, errors.New("has a content that is neither text nor a list of parts")
	}
	return canonical(fields)
}

func canonical(value any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("cannot be written as JSON: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
