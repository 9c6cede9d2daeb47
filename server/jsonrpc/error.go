package jsonrpc

import (
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Error is why a message is refused, as JSON-RPC tells the client.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Response returns the error as the response to a request. Without an id it is that
// to a message whose id could not be read.
func (e *Error) Response(id jsontext.Value) Response {
	data, err := jsonv2.Marshal(e, encoding)
	if err != nil {
		panic(err) // a number and a string can be encoded
	}
	return Response{Data: envelope(id, "error", data), ErrorCode: e.Code}
}
