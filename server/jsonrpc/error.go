package jsonrpc

import (
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// Error is the JSON-RPC error of a refused message.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Response returns the error as the response to a request. id is nil if it could not be
// read.
func (e *Error) Response(id jsontext.Value) Response {
	data, err := jsonv2.Marshal(envelope{id, "error", Error{e.Code, cutMiddle(e.Message)}}, encoding)
	if err != nil {
		panic(err) // cannot happen: a number and a string can be encoded
	}
	return Response{Data: data, ErrorCode: e.Code}
}

// The bounds of an error. It may repeat a text of the caller, such as a tool's name.
const (
	maxErrorText = 2000 // bytes of a message
	keptText     = 200  // bytes of the beginning and of the end that remain of a longer one
	maxErrorData = 8000 // bytes of an error's data in JSON
)

// cutMiddle shortens the message of an error that is too long.
func cutMiddle(text string) string {
	if len(text) <= maxErrorText {
		return text
	}
	return strings.ToValidUTF8(text[:keptText], "") + "…" + strings.ToValidUTF8(text[len(text)-keptText:], "")
}

// bound shortens an error of mcp-go or of an extension, and removes data that are too large.
func bound(problem mcp.JSONRPCErrorDetails) mcp.JSONRPCErrorDetails {
	problem.Message = cutMiddle(problem.Message)
	if data, err := jsonv2.Marshal(problem.Data, encoding); err == nil && len(data) > maxErrorData {
		problem.Data = nil
	}
	return problem
}
