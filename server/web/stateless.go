package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
)

// isStateless reports whether a message is of the era without sessions: its header
// or the message itself says so.
func isStateless(message jsonrpc.Message, header http.Header) bool {
	return mcp.IsModernProtocol(header.Get(mcp.HeaderProtocolVersion)) || mcp.IsModernProtocol(message.ProtocolVersion)
}

// stateless answers a message of the era without sessions. An id alone does not
// say whose call is meant there, and calls are cancelled by closing their
// response: a cancellation is accepted and has no effect.
func (s *streamable) stateless(ctx context.Context, w http.ResponseWriter, r *http.Request, message jsonrpc.Message) {
	if message.Method == string(mcp.MethodNotificationCancelled) {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if problem := checkHeaders(message, r.Header, s.handler.MCP); problem != nil {
		refuseMessage(w, http.StatusBadRequest, message, problem)
		return
	}
	answer := responseOf(w)
	response := s.handler.Handle(ctx, s.newSession("request-"+uuid.NewString(), answer), message)
	answer.respond(statusOf(response), response)
}

// checkHeaders checks what the headers of a message say of it, so that what stands
// between may go by them.
func checkHeaders(message jsonrpc.Message, header http.Header, server *mcpserver.MCPServer) *jsonrpc.Error {
	mismatch := func(text string) *jsonrpc.Error { return &jsonrpc.Error{Code: mcp.HEADER_MISMATCH, Message: text} }
	version := header.Get(mcp.HeaderProtocolVersion)
	switch {
	case header.Get(mcp.HeaderLastEventID) != "":
		return mismatch("Last-Event-ID has no meaning since protocol version 2026-07-28: send the request again under a new id")
	case version == "":
		return mismatch("the " + mcp.HeaderProtocolVersion + " header is missing, though the message has " + mcp.MetaKeyProtocolVersion)
	case message.ProtocolVersion == "":
		return &jsonrpc.Error{Code: mcp.INVALID_PARAMS, Message: "_meta lacks " + mcp.MetaKeyProtocolVersion}
	case version != message.ProtocolVersion:
		return mismatch("the " + mcp.HeaderProtocolVersion + " header does not match " + mcp.MetaKeyProtocolVersion + " of the message")
	case message.IsAnswer():
		return &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: "since protocol version 2026-07-28 clients send no answers: send the request again with inputResponses"}
	case message.ID == nil || !mcp.IsValidProtocolVersion(version):
		return nil // mcp-go names the versions that are spoken here
	}
	if err := mcp.ValidateStandardHeaders(header.Get, version, mcp.MCPMethod(message.Method), message.RawParams()); err != nil {
		return mismatch(err.Error())
	}
	if name, ok := mcp.DecodeHeaderValue(header.Get(mcp.HeaderName)); message.TaskID() != "" && name != "" && (!ok || name != message.TaskID()) {
		return mismatch("the " + mcp.HeaderName + " header does not match the taskId of the message")
	}
	tool := server.GetTool(message.Name())
	if message.Method != string(mcp.MethodToolsCall) || tool == nil {
		return nil
	}
	lookup := func(name string) (string, bool) { return header.Get(name), header.Values(name) != nil }
	if err := mcp.ValidateParamHeadersLookup(lookup, &tool.Tool, message.RawParams()); err != nil {
		return mismatch(err.Error())
	}
	return nil
}

// statusOf is the HTTP status of a response in the era without sessions, which lets
// proxies tell errors.
func statusOf(response jsonrpc.Response) int {
	switch response.ErrorCode {
	case mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case mcp.HEADER_MISMATCH, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, mcp.UNSUPPORTED_PROTOCOL_VERSION,
		mcp.INVALID_REQUEST, mcp.INVALID_PARAMS, mcp.PARSE_ERROR:
		return http.StatusBadRequest
	}
	return http.StatusOK
}
