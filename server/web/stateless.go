package web

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
)

// isStateless reports whether a message has a protocol version without sessions, in its
// header or in itself.
func isStateless(message *jsonrpc.Message, header http.Header) bool {
	return mcp.IsModernProtocol(header.Get(mcp.HeaderProtocolVersion)) || mcp.IsModernProtocol(message.ProtocolVersion)
}

// handleStateless handles a message of a protocol version without sessions. A cancellation has no
// effect: clients cancel a call by closing its response, and an id alone does not identify
// a caller's call.
func (s *streamable) handleStateless(ctx context.Context, w http.ResponseWriter, r *http.Request, message *jsonrpc.Message) {
	if message.Method == string(mcp.MethodNotificationCancelled) {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if problem := checkHeaders(message, r.Header, s.handler.MCP); problem != nil {
		refuseMessage(w, http.StatusBadRequest, message, problem)
		return
	}
	writer := writerOf(w)
	response := s.handler.Handle(ctx, s.newSession("request-"+uuid.NewString(), writer), message)
	writer.respond(statusOf(response), response)
}

// checkHeaders checks that the headers of a message match it, so that proxies can rely on
// them.
func checkHeaders(message *jsonrpc.Message, header http.Header, server *mcpserver.MCPServer) *jsonrpc.Error {
	mismatch := func(text string) *jsonrpc.Error { return &jsonrpc.Error{Code: mcp.HEADER_MISMATCH, Message: text} }
	version := header.Get(mcp.HeaderProtocolVersion)
	switch {
	case header.Get(mcp.HeaderLastEventID) != "":
		return mismatch("Last-Event-ID is not supported since protocol version 2026-07-28: repeat the request with a new id")
	case version == "":
		return mismatch("the " + mcp.HeaderProtocolVersion + " header is required, because the message has " + mcp.MetaKeyProtocolVersion)
	case message.ProtocolVersion == "":
		return &jsonrpc.Error{Code: mcp.INVALID_PARAMS, Message: "_meta lacks " + mcp.MetaKeyProtocolVersion}
	case version != message.ProtocolVersion:
		return mismatch("the " + mcp.HeaderProtocolVersion + " header does not match " + mcp.MetaKeyProtocolVersion + " of the message")
	case message.IsResponse():
		return &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: "since protocol version 2026-07-28 clients send no responses: repeat the request with inputResponses"}
	case message.ID == nil || !mcp.IsValidProtocolVersion(version):
		return nil // mcp-go's error lists the supported versions
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

// statusOf returns the HTTP status of a response in a protocol version without sessions, by
// which proxies see errors.
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
