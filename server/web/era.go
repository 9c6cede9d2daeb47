package web

import (
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/envelope"
)

// canElicit reports whether an initialize says that the client shows forms to a
// person: one that names no mode does, and one that names only URLs does not.
func canElicit(initialize envelope.Message) bool {
	var capabilities struct {
		Elicitation *mcp.ElicitationCapability `json:"elicitation"`
	}
	initialize.Param("capabilities", &capabilities)
	given := capabilities.Elicitation
	return given != nil && (given.Form != nil || given.URL == nil)
}

// isStateless reports whether a message is of the era without sessions: as
// mcp-go decides it, from the header or the message.
func isStateless(message envelope.Message, header http.Header) bool {
	if mcp.IsModernProtocol(header.Get(mcp.HeaderProtocolVersion)) {
		return true
	}
	var meta *mcp.Meta
	message.Param("_meta", &meta)
	return mcp.IsModernProtocol(meta.ProtocolVersion())
}
