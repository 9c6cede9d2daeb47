package stdio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/envelope"
)

// session is the client as mcp-go sees it. Unlike mcp-go's own it is made anew
// for each connection.
type session struct {
	id            string
	initialized   atomic.Bool
	notifications chan mcp.JSONRPCNotification
	logLevel      atomic.Pointer[mcp.LoggingLevel]
	clientInfo    atomic.Pointer[mcp.Implementation]
	capabilities  atomic.Pointer[mcp.ClientCapabilities]
	version       atomic.Pointer[string]

	writing sync.Mutex
	out     io.Writer
	failure atomic.Pointer[error] // of the first write that failed

	asked   atomic.Int64
	asking  sync.Mutex
	answers map[string]chan<- []byte // by the id of our request, as it stands on the wire
}

var (
	_ mcpserver.SessionWithLogging     = (*session)(nil)
	_ mcpserver.SessionWithClientInfo  = (*session)(nil)
	_ mcpserver.SessionWithElicitation = (*session)(nil)
)

func newSession(out io.Writer) *session {
	return &session{
		id:            "stdio-" + uuid.NewString(),
		notifications: make(chan mcp.JSONRPCNotification, 100),
		out:           out,
		answers:       map[string]chan<- []byte{},
	}
}

// SessionID implements mcp-go's ClientSession.
func (s *session) SessionID() string { return s.id }

// Initialize implements mcp-go's ClientSession.
func (s *session) Initialize() { s.initialized.Store(true) }

// Initialized implements mcp-go's ClientSession.
func (s *session) Initialized() bool { return s.initialized.Load() }

// NotificationChannel implements mcp-go's ClientSession.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notifications }

// SetLogLevel implements mcp-go's SessionWithLogging.
func (s *session) SetLogLevel(level mcp.LoggingLevel) { s.logLevel.Store(&level) }

// GetLogLevel implements mcp-go's SessionWithLogging.
func (s *session) GetLogLevel() mcp.LoggingLevel {
	if level := s.logLevel.Load(); level != nil {
		return *level
	}
	return mcp.LoggingLevelError
}

// SetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *session) SetClientInfo(info mcp.Implementation) { s.clientInfo.Store(&info) }

// GetClientInfo implements mcp-go's SessionWithClientInfo.
func (s *session) GetClientInfo() mcp.Implementation { return valueOf(&s.clientInfo) }

// SetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *session) SetClientCapabilities(c mcp.ClientCapabilities) { s.capabilities.Store(&c) }

// GetClientCapabilities implements mcp-go's SessionWithClientInfo.
func (s *session) GetClientCapabilities() mcp.ClientCapabilities { return valueOf(&s.capabilities) }

// SetProtocolVersion records what initialize negotiated.
func (s *session) SetProtocolVersion(version string) { s.version.Store(&version) }

// ProtocolVersion returns what initialize negotiated, or nothing.
func (s *session) ProtocolVersion() string { return valueOf(&s.version) }

func valueOf[T any](pointer *atomic.Pointer[T]) T {
	if value := pointer.Load(); value != nil {
		return *value
	}
	var none T
	return none
}

// Notify writes a notification before it returns, and so before the result of
// the request that it belongs to.
func (s *session) Notify(notification mcp.JSONRPCNotification) error { return s.write(notification) }

// write writes one message on a line. After a failure nothing more is written:
// half a message may be on the wire.
func (s *session) write(message any) error {
	data, err := envelope.Encode(message)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.failed(); err != nil {
		return err
	}
	if _, err := s.out.Write(append(data, '\n')); err != nil {
		s.failure.Store(&err)
		return err
	}
	return nil
}

// failed returns why nothing is written any longer. It waits for no write that
// is under way: a client may send requests before it reads answers.
func (s *session) failed() error { return valueOf(&s.failure) }

// forwardNotifications writes what mcp-go itself notifies the client of.
func (s *session) forwardNotifications() (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case notification := <-s.notifications:
				_ = s.write(notification) // a client that cannot be written to is noticed by Serve
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

// RequestElicitation implements mcp-go's SessionWithElicitation: the client
// puts a question to its user.
func (s *session) RequestElicitation(ctx context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	answer, err := s.ask(ctx, string(mcp.MethodElicitationCreate), request.Params)
	if err != nil {
		return nil, err
	}
	result := &mcp.ElicitationResult{}
	if err := json.Unmarshal(answer, result); err != nil {
		return nil, fmt.Errorf("read the answer to a question: %w", err)
	}
	return result, nil
}

// ask sends a request of ours and waits for its answer.
func (s *session) ask(ctx context.Context, method string, params any) (json.RawMessage, error) {
	id := strconv.FormatInt(s.asked.Add(1), 10)
	answered := make(chan []byte, 1)
	s.asking.Lock()
	s.answers[id] = answered
	s.asking.Unlock()
	defer func() {
		s.asking.Lock()
		delete(s.answers, id)
		s.asking.Unlock()
	}()
	request := map[string]any{"jsonrpc": mcp.JSONRPC_VERSION, "id": json.RawMessage(id), "method": method, "params": params}
	if err := s.write(request); err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case message := <-answered:
		var answer struct {
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(message, &answer); err != nil {
			return nil, fmt.Errorf("read the client's answer: %w", err)
		}
		if answer.Error != nil {
			return nil, fmt.Errorf("the client refused %s: %s", method, answer.Error.Message)
		}
		if answer.Result == nil {
			return nil, errors.New("the client's answer holds no result")
		}
		return answer.Result, nil
	}
}

// deliver hands a client's answer to whoever asked. An answer to what nobody
// asks any longer is dropped.
func (s *session) deliver(id json.RawMessage, message []byte) {
	s.asking.Lock()
	defer s.asking.Unlock()
	key := string(bytes.TrimSpace(id))
	if answered, ok := s.answers[key]; ok {
		delete(s.answers, key)
		answered <- bytes.Clone(message)
	}
}
