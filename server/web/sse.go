package web

import (
	"context"
	"net/http"
	"sync"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/envelope"
)

// sse is the transport of 2024-11-05: a stream at /sse, and messages for it at
// /message. mcp-go brings one too, whose calls go on when their client has left,
// whose progress may arrive after its result, and which lets every page read
// its stream; so this is our own. What a message means stays mcp-go's to decide.
type sse struct {
	server    *mcpserver.MCPServer
	questions *questions
	calls     *inFlight
	limits    Limits
	lighten   bool
	logger    zerolog.Logger

	mu      sync.Mutex
	streams map[string]*sseSession
}

func newSSE(options Options, questions *questions, calls *inFlight) *sse {
	return &sse{
		server: options.MCP, questions: questions, calls: calls, limits: options.Limits, lighten: options.Lighten,
		logger: options.Logger, streams: map[string]*sseSession{},
	}
}

// open serves a stream until its client leaves.
func (s *sse) open(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel() // with the stream its calls end: nobody would hear of them
	stream := answerOf(w)
	session := &sseSession{
		ctx:           ctx,
		opener:        CallerFrom(ctx),
		stream:        stream,
		asker:         asker{s.questions, uuid.NewString(), stream.send},
		notifications: make(chan mcp.JSONRPCNotification, 10),
		inFlight:      map[string]context.CancelFunc{},
	}
	s.mu.Lock()
	s.streams[session.SessionID()] = session
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.streams, session.SessionID())
		s.mu.Unlock()
	}()
	if err := s.server.RegisterSession(ctx, session); err != nil {
		refuse(w, http.StatusInternalServerError, "the session cannot be registered")
		return
	}
	defer s.server.UnregisterSession(context.WithoutCancel(ctx), session.SessionID())

	if err := session.stream.event("endpoint", []byte(messagePath+"?sessionId="+session.SessionID())); err != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case notification := <-session.notifications:
			_ = session.Notify(notification) // a client that is gone ends ctx
		}
	}
}

// message takes a message for a stream. What it is answered with goes there.
func (s *sse) message(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	session := s.streams[r.URL.Query().Get("sessionId")]
	s.mu.Unlock()
	caller := CallerFrom(r.Context())
	if session == nil || !session.belongsTo(caller) {
		refuse(w, http.StatusNotFound, "there is no such session: open one with GET "+ssePath)
		return
	}
	if caller.Credentials.Empty() {
		caller = session.opener
	}
	body, ok := s.limits.readMessage(w, r)
	if !ok {
		return
	}
	message, err := envelope.Open(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body is not a JSON-RPC message")
		return
	}
	logged(r.Context()).asks(message, s.server)
	switch {
	case message.IsAnswer():
		s.questions.deliver(session.SessionID(), message) // one that nobody waits for is dropped, as pongs are
	case message.Method == string(mcp.MethodNotificationCancelled):
		session.cancel(message.Params["requestId"])
	default:
		ctx, cancel, err := session.begin(withCaller(r.Context(), caller), message)
		if err != nil {
			refuse(w, http.StatusTooManyRequests, err.Error())
			return
		}
		done, release := s.calls.begin(), keepHold(r.Context())
		go func() {
			defer done()
			defer release()
			defer cancel()
			s.answer(ctx, session, body, message)
		}()
	}
	w.WriteHeader(http.StatusAccepted)
}

// answer has mcp-go carry a message out. A client that cancelled a call expects
// no answer to it.
func (s *sse) answer(ctx context.Context, session *sseSession, body []byte, message envelope.Message) {
	defer func() {
		if cause := recover(); cause != nil {
			logPanic(s.logger, logged(ctx).requestID, cause)
			_ = session.stream.send(failure(message.ID, mcp.INTERNAL_ERROR, "internal error"))
		}
	}()
	ctx = s.server.WithContext(ctx, session)
	if s.lighten {
		ctx, body = message.Lighten(ctx, body)
	}
	result := s.server.HandleMessage(ctx, body)
	if result != nil && ctx.Err() == nil {
		_ = session.stream.send(result) // a client that is gone gets none
	}
}
