package jsonrpc

import (
	"cmp"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/mark3labs/mcp-go/mcp"
)

// Response is the encoded response to a request.
type Response struct {
	Data      []byte // nil for no response
	ErrorCode int    // of a JSON-RPC error; 0 for a result
}

// encoding has the options to encode mcp-go's types, which have the tags of encoding/json.
// Invalid Unicode becomes U+FFFD: encoding/json would keep it in JSON that a tool has encoded
// already. The line separators of JavaScript stay escaped, because some clients end a line
// there.
var encoding = jsonv2.JoinOptions(jsonv1.DefaultOptionsV1(), jsontext.PreserveRawStrings(false), jsontext.EscapeForHTML(false))

// encodeResponse encodes mcp-go's response under the request's id. A response that cannot be
// encoded becomes an error.
func encodeResponse(id jsontext.Value, response mcp.JSONRPCMessage) Response {
	key, value, code := "result", any(nil), 0
	switch response := response.(type) {
	case nil:
		return Response{}
	case mcp.JSONRPCResponse:
		value = replaceResult(response.Result)
	case mcp.JSONRPCError:
		key, value, code = "error", bound(response.Error), response.Error.Code
	default:
		return (&Error{mcp.INTERNAL_ERROR, fmt.Sprintf("the response has the unknown type %T", response)}).Response(id)
	}
	data, err := jsonv2.Marshal(envelope{id, key, value}, encoding)
	if err != nil {
		return (&Error{mcp.INTERNAL_ERROR, "the response cannot be encoded, although the request was executed: " + err.Error()}).Response(id)
	}
	return Response{Data: data, ErrorCode: code}
}

// toolResult is mcp-go's result of a tool without its MarshalJSON, which encodes the structured
// content once more.
type toolResult mcp.CallToolResult

// replaceResult returns the value to encode for mcp-go's result.
func replaceResult(result any) any {
	call, ok := result.(*mcp.CallToolResult)
	if !ok || call == nil {
		return result
	}
	if payload, ok := call.StructuredContent.(Payload); ok {
		return payload.WithMeta(call.Meta)
	}
	plain := toolResult(*call)
	if plain.Content == nil {
		plain.Content = []mcp.Content{} // MCP requires the list
	}
	if plain.RawStructuredContent != nil {
		plain.StructuredContent = plain.RawStructuredContent
	}
	return &plain
}

// envelope is a response as it is sent, with a result or an error.
type envelope struct {
	id    jsontext.Value // nil if it is unknown
	key   string
	value any
}

// MarshalJSONTo implements json.MarshalerTo. It writes the bytes of the id unchanged.
func (e envelope) MarshalJSONTo(encoder *jsontext.Encoder) error {
	return cmp.Or(
		encoder.WriteToken(jsontext.BeginObject),
		encoder.WriteToken(jsontext.String("jsonrpc")),
		encoder.WriteToken(jsontext.String(mcp.JSONRPC_VERSION)),
		encoder.WriteToken(jsontext.String("id")),
		jsonv2.MarshalEncode(encoder, e.id, jsontext.PreserveRawStrings(true)),
		encoder.WriteToken(jsontext.String(e.key)),
		jsonv2.MarshalEncode(encoder, e.value),
		encoder.WriteToken(jsontext.EndObject),
	)
}
