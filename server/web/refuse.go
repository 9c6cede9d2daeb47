package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"
)

// refuse answers a request that no message is read from, or whose message is
// not accepted, as the specification has it: a JSON-RPC error without an id.
// Clients show its text to people.
func refuse(w http.ResponseWriter, status int, text string) {
	body, err := json.Marshal(failure(nil, mcp.INVALID_REQUEST, text))
	if err != nil {
		panic(err) // a map of strings and numbers
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)+1))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

// failure is the answer to a request that came to nothing.
func failure(id json.RawMessage, code int, text string) map[string]any {
	return map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION,
		"id":      id,
		"error":   map[string]any{"code": code, "message": text},
	}
}
