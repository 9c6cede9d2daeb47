package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
)

// envelope is what is read of a message before mcp-go reads all of it.
type envelope struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	Params struct {
		Name         string          `json:"name"`
		RequestID    json.RawMessage `json:"requestId"`
		Meta         *mcp.Meta       `json:"_meta"`
		Capabilities struct {
			Elicitation *mcp.ElicitationCapability `json:"elicitation"`
		} `json:"capabilities"`
	} `json:"params"`
}

// open reads a message's envelope; false where it is none. A field of another
// shape than expected is left empty: it is mcp-go's to refuse.
func open(message []byte) (envelope, bool) {
	var e envelope
	err := json.Unmarshal(message, &e)
	var shape *json.UnmarshalTypeError
	isObject := bytes.HasPrefix(bytes.TrimLeft(message, " \t\r\n"), []byte("{"))
	return e, isObject && (err == nil || errors.As(err, &shape))
}

func (e envelope) hasID() bool { return len(e.ID) > 0 && string(e.ID) != "null" }

// isAnswer reports whether the client answers a request of ours.
func (e envelope) isAnswer() bool {
	return e.Method == "" && e.hasID() && (e.Result != nil || e.Error != nil)
}

// isPong reports whether that is the answer to a ping.
func (e envelope) isPong() bool { return e.Error == nil && string(e.Result) == "{}" }

// canElicit reports whether an initialize says that the client shows forms to a
// person: one that names no mode does, and one that names only URLs does not.
func (e envelope) canElicit() bool {
	given := e.Params.Capabilities.Elicitation
	return given != nil && (given.Form != nil || given.URL == nil)
}

// isStateless reports whether a message is of the era without sessions: as
// mcp-go decides it, from the header or the message.
func (e envelope) isStateless(header http.Header) bool {
	return mcp.IsModernProtocol(header.Get(mcp.HeaderProtocolVersion)) || mcp.IsModernProtocol(e.Params.Meta.ProtocolVersion())
}
