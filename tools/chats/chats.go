// Package chats reads chat histories that are not in LangSmith, and makes
// traces of them. It is pure but for the one file that it may open: what comes
// out depends on what goes in, and nothing else.
//
// Errors name lines and messages by their number and never repeat what a chat
// says: an operator may have run content kept out of every result.
package chats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of what is taken.
const (
	// Most is how many chats one call may hold; a job reads no more traces.
	Most = 1000

	// MaxChatBytes bounds one chat. Its first message goes into its trace twice,
	// and a trace has to fit into LangSmith's batch of 20 MB.
	MaxChatBytes = 8 << 20

	// MaxFileBytes bounds a file, which is held in memory as a whole.
	MaxFileBytes = 64 << 20
)

// Chat is one chat history: its messages in canonical JSON, so that two with
// the same content are the same bytes.
type Chat []json.RawMessage

// Parse reads a chat, a list of messages. A message is an object with a role
// and a content, and may hold more.
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

// canonicalMessage checks a message and writes it in the one form that all with
// its content have.
func canonicalMessage(message json.RawMessage) (json.RawMessage, error) {
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(message))
	decoder.UseNumber() // large numbers stay as they are
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
		// An assistant that only calls tools says nothing.
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
