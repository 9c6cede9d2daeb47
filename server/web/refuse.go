package web

import (
	"net/http"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/jsonrpc"
)

// refuse answers a request of which no message is read, or whose message is not
// accepted, as the specification has it: with a JSON-RPC error without an id.
// Clients show its text to people, and the request's line in the log has it.
func refuse(w http.ResponseWriter, status int, text string) {
	if answer, ok := w.(*response); ok {
		answer.reason = text
	}
	refuseMessage(w, status, jsonrpc.Message{}, &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: text})
}

// refuseMessage answers a message that is refused, under its own id.
func refuseMessage(w http.ResponseWriter, status int, message jsonrpc.Message, problem *jsonrpc.Error) {
	body := append(problem.Response(message.ID).Data, '\n')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
