// Package envelope reads of a JSON-RPC message what a transport has to know
// before mcp-go reads all of it, and sets a call's arguments aside for the tool,
// which alone has a use for them.
package envelope

import (
	"encoding/json"
	"errors"

	"github.com/mark3labs/mcp-go/mcp"
)

// Message is a message with its parts as they stand on the wire. A part that is
// not there, or has another shape than JSON-RPC gives it, is empty: what to say
// of that is mcp-go's affair.
type Message struct {
	Version json.RawMessage            `json:"jsonrpc,omitempty"`
	ID      json.RawMessage            `json:"id,omitempty"`
	Method  string                     `json:"method,omitempty"`
	Params  map[string]json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage            `json:"result,omitempty"`
	Error   json.RawMessage            `json:"error,omitempty"`
}

// ErrNotObject is what is JSON and no message. Batches, which protocol version
// 2025-03-26 had and the next one took out again, are among it.
var ErrNotObject = errors.New("the message is not a JSON object")

// Open reads a message. It fails with [ErrNotObject], and for what is not JSON.
func Open(data []byte) (Message, error) {
	var m Message
	err := json.Unmarshal(data, &m)
	var shape *json.UnmarshalTypeError
	switch {
	case errors.As(err, &shape) && shape.Field == "":
		return m, ErrNotObject
	case errors.As(err, &shape):
		return m, nil
	}
	return m, err
}

// HasID reports whether the sender of a request wants an answer.
func (m Message) HasID() bool { return len(m.ID) > 0 && string(m.ID) != "null" }

// IsAnswer reports whether the client answers a request of ours.
func (m Message) IsAnswer() bool {
	return m.Method == "" && m.HasID() && (m.Result != nil || m.Error != nil)
}

// IsPong reports whether that is the answer to a ping.
func (m Message) IsPong() bool { return m.Error == nil && string(m.Result) == "{}" }

// Param reads one of the parameters; into stays as it is where there is none of
// that name and shape.
func (m Message) Param(name string, into any) {
	if raw, ok := m.Params[name]; ok {
		_ = json.Unmarshal(raw, into)
	}
}

// Tool is the name of the tool that is called, or of the prompt; empty where
// the message is of another kind.
func (m Message) Tool() (name string) {
	m.Param("name", &name)
	return name
}

// isCall reports whether a tool is called.
func (m Message) isCall() bool {
	return m.Method == string(mcp.MethodToolsCall) && m.Result == nil && m.Error == nil
}
