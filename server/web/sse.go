package web

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/jsonrpc"
)

// sse is the transport of 2024-11-05: a stream at /sse, and messages for it at
// /message. mcp-go has one whose calls go on when their client has left, whose
// progress may arrive after its result, and which lets every page read its stream:
// the promises on waiting and on other callers need another.
type sse struct {
	handler jsonrpc.Handler
	pending *jsonrpc.PendingRequests
	calls   *requestCounter
	limits  Limits

	mu      sync.Mutex
	streams map[string]*sseStream
}

// sseStream is a stream that a client has open.
type sseStream struct {
	opener  Caller
	answer  *response
	session *jsonrpc.Session
	calls   jsonrpc.Calls
}

func newSSE(options Options, pending *jsonrpc.PendingRequests, calls *requestCounter) *sse {
	return &sse{
		handler: jsonrpc.Handler{MCP: options.MCP, Extension: options.Extension, Logger: options.Logger},
		pending: pending, calls: calls, limits: options.Limits, streams: map[string]*sseStream{},
	}
}

// open serves a stream until its client leaves.
func (s *sse) open(w http.ResponseWriter, r *http.Request) {
	ctx, id, answer := r.Context(), uuid.NewString(), responseOf(w)
	stream := &sseStream{opener: CallerFrom(ctx), answer: answer, session: jsonrpc.NewSession(id, s.pending, answer.sendEvent)}
	defer stream.end(ctx)
	unregister, err := stream.session.Register(ctx, s.handler.MCP)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the session cannot be registered")
		return
	}
	defer unregister()
	s.mu.Lock()
	s.streams[id] = stream
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.streams, id)
		s.mu.Unlock()
	}()
	// A relative address is right below any path that a proxy serves.
	if answer.event("endpoint", []byte(strings.TrimPrefix(messagePath, "/")+"?sessionId="+id)) == nil {
		stream.session.Forward(ctx)
	}
}

// end ends the stream's calls. Where it is the server that ends, the client is still
// there to hear of it.
func (s *sseStream) end(ctx context.Context) {
	s.calls.Close()
	s.calls.CancelAll()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unwindTime)
	defer cancel()
	s.calls.Wait(ctx)
}

// message takes a message for a stream, from the stream's opener with the
// credentials that opened it. What it is answered with goes to the stream.
func (s *sse) message(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("sessionId")
	s.mu.Lock()
	stream := s.streams[id]
	s.mu.Unlock()
	if stream == nil || stream.opener != CallerFrom(r.Context()) {
		refuse(w, http.StatusNotFound, "there is no such session of yours: open one with GET "+ssePath+", and send the same credentials with each message")
		return
	}
	body, ok := s.limits.readMessage(w, r)
	if !ok {
		return
	}
	message, problem := jsonrpc.Read(body)
	if problem != nil {
		refuseMessage(w, http.StatusBadRequest, message, problem)
		return
	}
	accessRecordOf(r.Context()).addMessage(message, s.handler.MCP)
	switch {
	case message.IsAnswer():
		s.pending.Resolve(id, message) // one that nobody waits for is dropped, as pongs are
	case message.Method == string(mcp.MethodNotificationCancelled):
		stream.calls.Cancel(message.Params["requestId"])
	case message.ID == nil:
		s.handler.Handle(r.Context(), stream.session, message)
	default:
		if problem := s.start(r.Context(), stream, message); problem != nil {
			refuseMessage(w, http.StatusTooManyRequests, message, problem)
			return
		}
	}
	w.WriteHeader(http.StatusAccepted)
}

// start answers a request on the stream. The call outlives its POST.
func (s *sse) start(ctx context.Context, stream *sseStream, message jsonrpc.Message) *jsonrpc.Error {
	call, problem := stream.calls.Begin(context.WithoutCancel(ctx), message.ID)
	if problem != nil {
		return problem
	}
	done, release := s.calls.begin(), keepReservation(ctx)
	go func() {
		defer done()
		defer release()
		defer call.End()
		if response := s.handler.Handle(call.Context, stream.session, message); call.Finish() {
			_ = stream.answer.sendEvent(response.Data) // a client that is gone gets none
		}
	}()
	return nil
}
