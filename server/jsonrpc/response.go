package jsonrpc

import (
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/mark3labs/mcp-go/mcp"
)

// Response is the response to a request, as it goes on the wire.
type Response struct {
	Data      []byte // nil where there is none
	ErrorCode int    // of a JSON-RPC error; 0 for a result
}

// encoding writes mcp-go's types as encoding/json does, whose tags they have, with
// U+FFFD for what is no Unicode: encoding/json would pass on half a surrogate pair
// and a byte that is no UTF-8 where a tool has written them as JSON already. The
// line separators of JavaScript stay escaped, since some clients end a line there.
var encoding = jsonv2.JoinOptions(jsonv1.DefaultOptionsV1(), jsontext.PreserveRawStrings(false), jsontext.EscapeForHTML(false))

// encodeResponse writes what mcp-go answers under the request's own id. What cannot
// be encoded becomes an error.
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
		return (&Error{mcp.INTERNAL_ERROR, fmt.Sprintf("the answer is of an unknown kind, %T", response)}).Response(id)
	}
	data, err := jsonv2.Marshal(value, encoding)
	if err != nil {
		return (&Error{mcp.INTERNAL_ERROR, "the answer cannot be encoded, though the request was carried out: " + err.Error()}).Response(id)
	}
	return Response{Data: envelope(id, key, data), ErrorCode: code}
}

// envelope writes a response around its result or error.
func envelope(id jsontext.Value, key string, value []byte) []byte {
	if id == nil {
		id = jsontext.Value("null")
	}
	data := make([]byte, 0, len(id)+len(value)+40)
	data = append(append(data, `{"jsonrpc":"2.0","id":`...), id...)
	data = append(append(append(data, `,"`...), key...), `":`...)
	return append(append(data, value...), '}')
}
