package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// Session is a client for mcp-go: over stdio and /sse as long as its stream, over /mcp for
// one message. Messages to the client are sent in order, and those of a call before its
// result.
type Session struct {
	id      string
	pending *PendingRequests
	send    func(message []byte) error

	notifications chan mcp.JSONRPCNotification // of mcp-go, outside of calls; nil until Register
	subscription  *subscription                // the subscriptions/listen of the session; nil for none

	initialized  atomic.Bool
	clientInfo   atomic.Pointer[mcp.Implementation]
	capabilities atomic.Pointer[mcp.ClientCapabilities]
	logLevel     atomic.Pointer[mcp.LoggingLevel]
	filter       atomic.Pointer[mcp.SubscriptionFilter]
}

var (
	_ mcpserver.SessionWithClientInfo         = (*Session)(nil)
	_ mcpserver.SessionWithLogging            = (*Session)(nil)
	_ mcpserver.SessionWithElicitation        = (*Session)(nil)
	_ mcpserver.SessionWithSampling           = (*Session)(nil)
	_ mcpserver.SessionWithSubscriptionFilter = (*Session)(nil)
)

// NewSession returns a session. send sends one message to the client.
func NewSession(id string, pending *PendingRequests, send func(message []byte) error) *Session {
	return &Session{id: id, pending: pending, send: send}
}

// Register registers the session with mcp-go for the notifications to all clients, which
// Forward sends.
func (s *Session) Register(ctx context.Context, server *mcpserver.MCPServer) (unregister func(), err error) {
	s.notifications = make(chan mcp.JSONRPCNotification, 32)
	if err := server.RegisterSession(ctx, s); err != nil {
		return nil, err
	}
	return func() { server.UnregisterSession(context.WithoutCancel(ctx), s.id) }, nil
}

// Forward sends mcp-go's notifications outside of calls until ctx is done, and then the
// remaining ones.
func (s *Session) Forward(ctx context.Context) {
	for {
		select {
		case notification := <-s.notifications:
			s.forward(notification)
		case <-ctx.Done():
			for len(s.notifications) > 0 {
				s.forward(<-s.notifications)
			}
			return
		}
	}
}

func (s *Session) forward(notification mcp.JSONRPCNotification) {
	if s.subscription != nil {
		s.subscription.forward(s, notification)
		return
	}
	_ = s.Notify(notification) // the transport handles a client that is gone
}

// Notify sends a notification.
func (s *Session) Notify(notification mcp.JSONRPCNotification) error {
	return s.sendValue(notification)
}

func (s *Session) sendValue(message any) error {
	data, err := jsonv2.Marshal(message, encoding)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	return s.send(data)
}

// RequestElicitation implements mcp-go's SessionWithElicitation.
func (s *Session) RequestElicitation(ctx context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	result := &mcp.ElicitationResult{}
	if err := s.request(ctx, mcp.MethodElicitationCreate, request.Params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// RequestSampling implements mcp-go's SessionWithSampling.
func (s *Session) RequestSampling(ctx context.Context, request mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
	result := &mcp.CreateMessageResult{}
	if err := s.request(ctx, mcp.MethodSamplingCreateMessage, request.CreateMessageParams, result); err != nil {
		return nil, err
	}
	content, err := mcp.ParseSamplingContent(result.Content)
	if err != nil {
		return nil, fmt.Errorf("read the response of the client's model: %w", err)
	}
	result.Content = content
	return result, nil
}

// request sends a request to the client and decodes the response into result.
func (s *Session) request(ctx context.Context, method mcp.MCPMethod, params, result any) error {
	id, responses, remove := s.pending.register(s.id)
	defer remove()
	if err := s.sendValue(map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION, "id": jsontext.Value(id), "method": method, "params": params,
	}); err != nil {
		return fmt.Errorf("send %s to the client: %w", method, err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case response := <-responses:
		return decodeResponse(response, result)
	}
}

func decodeResponse(response *Message, result any) error {
	if response.Error != nil {
		var refusal Error
		_ = jsonv2.Unmarshal(response.Error, &refusal, jsonv1.DefaultOptionsV1()) // an invalid error is a refusal too
		return errors.New("the client refused: " + refusal.Message)
	}
	if err := jsonv2.Unmarshal(response.Result, result, jsonv1.DefaultOptionsV1()); err != nil {
		return fmt.Errorf("read the client's response: %w", err)
	}
	return nil
}

// SessionID implements mcp-go's ClientSession.
func (s *Session) SessionID() string { return s.id }

// Initialize implements mcp-go's ClientSession.
func (s *Session) Initialize() { s.initialized.Store(true) }

// Initialized implements mcp-go's ClientSession.
func (s *Session) Initialized() bool { return s.initialized.Load() }

// NotificationChannel implements mcp-go's ClientSession.
func (s *Session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notifications }

// SetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *Session) SetClientInfo(info mcp.Implementation) { s.clientInfo.Store(&info) }

// GetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *Session) GetClientInfo() mcp.Implementation { return loadValue(&s.clientInfo) }

// SetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *Session) SetClientCapabilities(c mcp.ClientCapabilities) { s.capabilities.Store(&c) }

// GetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *Session) GetClientCapabilities() mcp.ClientCapabilities { return loadValue(&s.capabilities) }

// SetLogLevel implements mcp-go's SessionWithLogging.
func (s *Session) SetLogLevel(level mcp.LoggingLevel) { s.logLevel.Store(&level) }

// GetLogLevel implements mcp-go's SessionWithLogging. The default is the lowest level.
func (s *Session) GetLogLevel() mcp.LoggingLevel {
	if level := loadValue(&s.logLevel); level != "" {
		return level
	}
	return mcp.LoggingLevelDebug
}

// SetSubscriptionFilter implements mcp-go's SessionWithSubscriptionFilter.
func (s *Session) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	if s.subscription != nil && !filter.IsEmpty() {
		s.subscription.filter = filter
		return
	}
	s.filter.Store(&filter)
}

// SubscriptionFilter implements mcp-go's SessionWithSubscriptionFilter.
func (s *Session) SubscriptionFilter() (filter mcp.SubscriptionFilter, active bool) {
	filter = loadValue(&s.filter)
	return filter, s.subscription != nil || !filter.IsEmpty()
}

func loadValue[T any](pointer *atomic.Pointer[T]) (value T) {
	if stored := pointer.Load(); stored != nil {
		value = *stored
	}
	return value
}
