package web

import (
	"github.com/jellydator/ttlcache/v3"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// session is the client of a message of the era with sessions, as the message's
// handler sees it. It lives as long as the message: what there is to know of a
// client is in the session's id. What the handler says goes into the message's
// own answer, in order and before the result.
type session struct {
	asker
	levels       *logLevels
	info         mcp.Implementation // of a client that initializes
	capabilities mcp.ClientCapabilities
}

var (
	_ mcpserver.SessionWithClientInfo  = (*session)(nil)
	_ mcpserver.SessionWithLogging     = (*session)(nil)
	_ mcpserver.SessionWithElicitation = (*session)(nil)
	_ mcpserver.SessionWithSampling    = (*session)(nil)
)

func newSession(asker asker, facts sessionFacts, levels *logLevels) *session {
	s := &session{asker: asker, levels: levels}
	if facts.canElicit {
		s.capabilities.Elicitation = &mcp.ElicitationCapability{}
	}
	return s
}

// SessionID implements mcp-go's ClientSession. mcp-go keeps the calls in flight
// under it and their own ids.
func (s *session) SessionID() string { return s.asker.session }

// Initialize implements mcp-go's ClientSession: who has an id has one already.
func (s *session) Initialize() {}

// Initialized implements mcp-go's ClientSession.
func (s *session) Initialized() bool { return true }

// NotificationChannel implements mcp-go's ClientSession. There is none: handlers
// say what they have to say with Notify, and mcp-go what it has to say of itself
// to the session's standing stream, which is another session to it.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return nil }

// SetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *session) SetClientInfo(info mcp.Implementation) { s.info = info }

// GetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *session) GetClientInfo() mcp.Implementation { return s.info }

// SetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *session) SetClientCapabilities(c mcp.ClientCapabilities) { s.capabilities = c }

// GetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *session) GetClientCapabilities() mcp.ClientCapabilities { return s.capabilities }

// SetLogLevel implements mcp-go's SessionWithLogging.
func (s *session) SetLogLevel(level mcp.LoggingLevel) {
	s.levels.Set(s.SessionID(), level, ttlcache.DefaultTTL)
}

// GetLogLevel implements mcp-go's SessionWithLogging.
func (s *session) GetLogLevel() mcp.LoggingLevel {
	if level := s.levels.Get(s.SessionID()); level != nil {
		return level.Value()
	}
	return mcp.LoggingLevelError
}

// logLevels are what sessions have asked to be told of here.
type logLevels = ttlcache.Cache[string, mcp.LoggingLevel]
