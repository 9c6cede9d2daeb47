package web

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/envelope"
)

// mostInFlight bounds the calls that one stream's client may have open.
const mostInFlight = 1000

// sseSession is a client that has a stream open at /sse.
type sseSession struct {
	ctx    context.Context // ends with the stream
	opener Caller
	stream *response
	asker
	notifications chan mcp.JSONRPCNotification // what mcp-go itself says, outside of calls

	initialized  atomic.Bool
	clientInfo   atomic.Pointer[mcp.Implementation]
	capabilities atomic.Pointer[mcp.ClientCapabilities]

	mu       sync.Mutex
	inFlight map[string]context.CancelFunc // by the id as it stands in the message, so 7 is not "7"
}

var (
	_ mcpserver.SessionWithClientInfo  = (*sseSession)(nil)
	_ mcpserver.SessionWithElicitation = (*sseSession)(nil)
	_ mcpserver.SessionWithSampling    = (*sseSession)(nil)
)

// belongsTo reports whether a message may come from this caller: the guard's
// subject who opened the stream, on the same LangSmith key. A message without a
// key is on the stream's, and a stream that was opened without one takes any.
func (s *sseSession) belongsTo(caller Caller) bool {
	key, opened := caller.Credentials.APIKey, s.opener.Credentials.APIKey
	return caller.Subject == s.opener.Subject && (key == opened || key == "" || opened == "")
}

var (
	errBusy  = errors.New("too many calls of this session are open; try again when some are done")
	errTaken = errors.New("a call with this id is still open in this session")
)

// begin notes a call before its POST is answered, so that no cancellation can
// overtake it. Its context has the values of the POST's and the stream's end.
func (s *sseSession) begin(values context.Context, message envelope.Message) (context.Context, context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(values))
	release := context.AfterFunc(s.ctx, cancel)
	if !message.HasID() {
		return ctx, func() { release(); cancel() }, nil
	}
	key := string(message.ID)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, taken := s.inFlight[key]
	switch {
	case taken:
		release()
		cancel()
		return nil, nil, errTaken
	case len(s.inFlight) >= mostInFlight:
		release()
		cancel()
		return nil, nil, errBusy
	}
	s.inFlight[key] = cancel
	return ctx, func() {
		s.mu.Lock()
		delete(s.inFlight, key)
		s.mu.Unlock()
		release()
		cancel()
	}, nil
}

func (s *sseSession) cancel(id json.RawMessage) {
	s.mu.Lock()
	cancel := s.inFlight[string(id)]
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// SessionID implements mcp-go's ClientSession.
func (s *sseSession) SessionID() string { return s.session }

// Initialize implements mcp-go's ClientSession.
func (s *sseSession) Initialize() { s.initialized.Store(true) }

// Initialized implements mcp-go's ClientSession.
func (s *sseSession) Initialized() bool { return s.initialized.Load() }

// NotificationChannel implements mcp-go's ClientSession.
func (s *sseSession) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notifications }

// SetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *sseSession) SetClientInfo(info mcp.Implementation) { s.clientInfo.Store(&info) }

// GetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *sseSession) GetClientInfo() mcp.Implementation { return valueOf(&s.clientInfo) }

// SetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *sseSession) SetClientCapabilities(c mcp.ClientCapabilities) { s.capabilities.Store(&c) }

// GetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *sseSession) GetClientCapabilities() mcp.ClientCapabilities { return valueOf(&s.capabilities) }

func valueOf[T any](pointer *atomic.Pointer[T]) T {
	if value := pointer.Load(); value != nil {
		return *value
	}
	var none T
	return none
}
