package web

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// call is one message that came with a POST to /mcp.
type call struct {
	session   string // its id; in the stateless era one of the request's own
	facts     sessionFacts
	answer    *response
	questions *questions
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callSession is the client as a call's handler sees it. mcp-go's own session,
// below it, is shared by the calls of a client that has a stream open, and is
// nameless in the stateless era. This one is the call's: what it says goes into
// the call's own answer, in order and before the result.
type callSession struct {
	sharedSession
	asker
}

// sharedSession is what mcp-go's session for Streamable HTTP can do and is left
// to do.
type sharedSession interface {
	mcpserver.SessionWithClientInfo
	mcpserver.SessionWithLogging
	mcpserver.SessionWithProtocolVersion
	mcpserver.SessionWithStreamableHTTPConfig
	mcpserver.SessionWithSubscriptionFilter
	SetProtocolVersion(version string)
}

var (
	_ mcpserver.SessionWithElicitation = (*callSession)(nil)
	_ mcpserver.SessionWithSampling    = (*callSession)(nil)
)

// ownSessionFor puts the call's own session in the place of mcp-go's.
func ownSessionFor(ctx context.Context, server *mcpserver.MCPServer) context.Context {
	call, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return ctx
	}
	shared, ok := mcpserver.ClientSessionFromContext(ctx).(sharedSession)
	if !ok {
		return ctx
	}
	if call.facts.canElicit {
		shared.SetClientCapabilities(mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapability{}})
	}
	return server.WithContext(ctx, &callSession{shared, asker{call.questions, call.session, func(message any) error {
		// mcp-go's own answer must be an event too then.
		shared.UpgradeToSSEWhenReceiveNotification()
		return call.answer.send(message)
	}}})
}

// SessionID implements mcp-go's ClientSession. mcp-go keeps the calls in flight
// under it and their own ids.
func (s *callSession) SessionID() string { return s.session }

// Notify writes a notification before it returns, and so before the result of
// the call that it belongs to.
func (s *callSession) Notify(notification mcp.JSONRPCNotification) error {
	return s.send(notification)
}
