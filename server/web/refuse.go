package web

import (
	"net/http"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/jsonrpc"
)

// refuse answers a request whose message is not read, with a JSON-RPC error without an
// id, as the specification requires.
func refuse(w http.ResponseWriter, status int, text string) {
	refuseRequest(w, status, jsonrpc.Message{}, text)
}

// refuseRequest answers a request that is refused, under the id of its message. Clients
// show the text to people, and the request's line in the log has it.
func refuseRequest(w http.ResponseWriter, status int, message jsonrpc.Message, text string) {
	if answer, ok := w.(*response); ok {
		answer.reason = text
	}
	refuseMessage(w, status, message, &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: text})
}

// refuseMessage answers a message that is refused, under its own id. A client's answer
// has the id of a request of the server's, which may be that of a call of the client's.
func refuseMessage(w http.ResponseWriter, status int, message jsonrpc.Message, problem *jsonrpc.Error) {
	if message.IsAnswer() {
		message.ID = nil
	}
	body := append(problem.Response(message.ID).Data, '\n')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
