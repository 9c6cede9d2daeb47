package web

import (
	"context"

	mcpserver "github.com/mark3labs/mcp-go/server"
)

// statelessCall is the client of one message of the era without sessions, as a
// call's handler sees it. mcp-go makes it a session without a name, below this
// one; what the call says goes into its own answer, in order and before the
// result.
type statelessCall struct {
	namelessSession
	asker
}

// namelessSession is what mcp-go's session for Streamable HTTP can do and is
// left to do.
type namelessSession interface {
	mcpserver.SessionWithClientInfo
	mcpserver.SessionWithLogging
	mcpserver.SessionWithProtocolVersion
	mcpserver.SessionWithStreamableHTTPConfig
	mcpserver.SessionWithSubscriptionFilter
	SetProtocolVersion(version string)
}

var (
	_ mcpserver.SessionWithElicitation = (*statelessCall)(nil)
	_ mcpserver.SessionWithSampling    = (*statelessCall)(nil)
)

type askerKey struct{}

// withAsker has mcp-go's session be replaced once it is made.
func withAsker(ctx context.Context, a asker) context.Context {
	return context.WithValue(ctx, askerKey{}, a)
}

// asStatelessCall puts the call's own session in the place of mcp-go's.
func asStatelessCall(ctx context.Context, server *mcpserver.MCPServer) context.Context {
	call, ok := ctx.Value(askerKey{}).(asker)
	if !ok {
		return ctx
	}
	nameless, ok := mcpserver.ClientSessionFromContext(ctx).(namelessSession)
	if !ok {
		return ctx
	}
	write := call.send
	call.send = func(message any) error {
		// mcp-go's own answer must be an event too then.
		nameless.UpgradeToSSEWhenReceiveNotification()
		return write(message)
	}
	return server.WithContext(ctx, &statelessCall{nameless, call})
}

// SessionID implements mcp-go's ClientSession. mcp-go keeps the calls in flight
// under it and their own ids.
func (s *statelessCall) SessionID() string { return s.session }
