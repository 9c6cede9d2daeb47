package web

import (
	"net/http"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/jsonrpc"
)

// refuse refuses a request whose message was not read, with a JSON-RPC error without an id,
// as the specification requires.
func refuse(w http.ResponseWriter, status int, text string) {
	refuseRequest(w, status, &jsonrpc.Message{}, text)
}

// refuseRequest refuses a request with an error under the id of its message. Clients show
// the text to people, and the log has it as the reason.
func refuseRequest(w http.ResponseWriter, status int, message *jsonrpc.Message, text string) {
	if writer, ok := w.(*responseWriter); ok {
		writer.reason = text
	}
	refuseMessage(w, status, message, &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: text})
}

// refuseMessage refuses a message with an error under its id. It omits the id of a client's
// response, which is that of a request by the server and may equal that of a client's call.
func refuseMessage(w http.ResponseWriter, status int, message *jsonrpc.Message, problem *jsonrpc.Error) {
	id := message.ID
	if message.IsResponse() {
		id = nil
	}
	body := append(problem.Response(id).Data, '\n')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
