package jsonrpc

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"
)

// Handler handles messages with an MCP server.
type Handler struct {
	MCP       *mcpserver.MCPServer
	Extension Extension // handles messages before mcp-go; nil for none
	Logger    zerolog.Logger
}

// Handle dispatches a message of a session to the extension or to mcp-go and returns
// the response. A panic ends only this message.
func (h *Handler) Handle(ctx context.Context, session *Session, m *Message) (response Response) {
	began, id, method := time.Now(), m.ID, KnownMethod(m.Method)
	defer func() {
		if cause := recover(); cause != nil {
			h.Logger.Error().Str("rpc_method", method).Interface("panic", cause).Bytes("stack", debug.Stack()).Msg("a request panicked")
			response = Response{}
			if id != nil {
				response = (&Error{mcp.INTERNAL_ERROR, "internal error; see the server's log"}).Response(id)
			}
		}
		h.Logger.Debug().Str("rpc_method", method).Int("error_code", response.ErrorCode).Dur("duration_ms", time.Since(began)).Msg("message handled")
	}()
	ctx = h.MCP.WithContext(withArguments(withProgress(ctx, session, m), m), session)
	if m.Method == string(mcp.MethodSubscriptionsListen) && mcp.IsModernProtocol(m.ProtocolVersion) && id != nil {
		return encodeResponse(id, h.listen(ctx, session, m))
	}
	if h.Extension != nil {
		if response, ok := h.Extension.Handle(ctx, m); ok {
			return encodeResponse(id, response)
		}
	}
	return encodeResponse(id, h.MCP.HandleMessage(ctx, m.forMCP()))
}
