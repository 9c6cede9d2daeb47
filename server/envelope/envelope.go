// Package envelope reads of a JSON-RPC message what a transport has to know
// before mcp-go reads all of it, and sets a call's arguments aside for the tool,
// which alone has a use for them.
package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// Message is a message with its parts as they stand on the wire, where they also
// stay: its bytes are not to be changed. A part that is not there, or has another
// shape than JSON-RPC gives it, is empty: what to say of that is mcp-go's affair.
type Message struct {
	Version json.RawMessage
	ID      json.RawMessage
	Method  string
	Params  map[string]json.RawMessage
	Result  json.RawMessage
	Error   json.RawMessage

	arguments []span // of the parameter with the comma before it; one, but for a message that gives it twice
}

// span is a part of a message, from its first byte to the one after its last.
type span struct{ from, to int }

// ErrNotObject is what is JSON and no message. Batches, which protocol version
// 2025-03-26 had and the next one took out again, are among it.
var ErrNotObject = errors.New("the message is not a JSON object")

// Open reads a message. It fails with [ErrNotObject], and for what is not JSON.
// What mcp-go, with encoding/json, reads of a message that names a part twice,
// or in other letters, is what is read here.
func Open(data []byte) (Message, error) {
	r := reader{data: data, decoder: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	var m Message
	var shape error
	if !r.at(jsontext.KindBeginObject) {
		shape = ErrNotObject
	}
	if err := r.members(func(name string, _ int) error { return m.readPart(r, name) }); err != nil {
		return m, err
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return m, errors.Join(err, errors.New("the message goes on behind its end"))
	}
	return m, shape
}

func (m *Message) readPart(r reader, name string) (err error) {
	switch {
	case strings.EqualFold(name, "jsonrpc"):
		m.Version, err = r.value()
	case strings.EqualFold(name, "id"):
		m.ID, err = r.value()
	case strings.EqualFold(name, "method"):
		if !r.at(jsontext.KindString) {
			return r.decoder.SkipValue()
		}
		var method jsontext.Token
		method, err = r.decoder.ReadToken()
		m.Method = method.String()
	case strings.EqualFold(name, "params"):
		err = r.members(func(name string, from int) error { return m.readParam(r, name, from) })
	case strings.EqualFold(name, "result"):
		m.Result, err = r.value()
	case strings.EqualFold(name, "error"):
		m.Error, err = r.value()
	default:
		err = r.decoder.SkipValue()
	}
	return err
}

func (m *Message) readParam(r reader, name string, from int) error {
	value, err := r.value()
	if err != nil {
		return err
	}
	if m.Params == nil {
		m.Params = map[string]json.RawMessage{}
	}
	for _, known := range knownParams {
		if strings.EqualFold(name, known) {
			name = known
		}
	}
	m.Params[name] = value
	if name == argumentsParam {
		m.arguments = append(m.arguments, span{from, r.offset()})
	}
	return nil
}

// knownParams are the parameters that are asked for, in whichever letters they
// are given.
var knownParams = []string{"name", argumentsParam, "_meta", "capabilities", "requestId"}

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
func (m Message) Tool() string {
	name, err := jsontext.AppendUnquote(nil, m.Params["name"])
	if err != nil {
		return ""
	}
	return string(name)
}

// isCall reports whether a tool is called.
func (m Message) isCall() bool {
	return m.Method == string(mcp.MethodToolsCall) && m.Result == nil && m.Error == nil
}
