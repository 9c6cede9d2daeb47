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

// sse is the transport of 2024-11-05: a stream at /sse, and messages for it at /message. It
// replaces mcp-go's, in which calls continue when their client has disconnected, progress
// may arrive after its result, and pages of any origin can read a stream.
type sse struct {
	handler jsonrpc.Handler
	pending *jsonrpc.PendingRequests
	calls   *requestCounter
	limits  Limits

	mu      sync.Mutex
	streams map[string]*sseStream
}

// sseStream is the open stream of a client.
type sseStream struct {
	opener  Caller
	writer  *responseWriter
	session *jsonrpc.Session
	calls   jsonrpc.Calls
}

func newSSE(options Options, pending *jsonrpc.PendingRequests, calls *requestCounter) *sse {
	return &sse{
		handler: jsonrpc.Handler{MCP: options.MCP, Extension: options.Extension, Logger: options.Logger},
		pending: pending, calls: calls, limits: options.Limits, streams: map[string]*sseStream{},
	}
}

// open serves a stream until its client disconnects.
func (s *sse) open(w http.ResponseWriter, r *http.Request) {
	ctx, id, writer := r.Context(), uuid.NewString(), writerOf(w)
	stream := &sseStream{opener: CallerFrom(ctx), writer: writer, session: jsonrpc.NewSession(id, s.pending, writer.sendEvent)}
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
	// A relative address is valid below any path that a proxy serves.
	if writer.event("endpoint", []byte(strings.TrimPrefix(messagePath, "/")+"?sessionId="+id)) == nil {
		stream.session.Forward(ctx)
	}
}

// end cancels the stream's calls and waits for their responses, which the client still gets
// if the server is shutting down.
func (s *sseStream) end(ctx context.Context) {
	s.calls.Close()
	s.calls.CancelAll()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unwindTime)
	defer cancel()
	s.calls.Wait(ctx)
}

// message handles a message for a stream. It must have the credentials that opened the
// stream. The response is sent on the stream.
func (s *sse) message(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("sessionId")
	s.mu.Lock()
	stream := s.streams[id]
	s.mu.Unlock()
	if stream == nil || stream.opener != CallerFrom(r.Context()) {
		refuse(w, http.StatusNotFound, "this caller has no such session: open one with GET "+ssePath+", and send the same credentials with each message")
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
	case message.IsResponse():
		s.pending.Resolve(id, message) // a response that no call waits for, such as a pong, is dropped
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

// start starts the call of a request. The call outlives its POST.
func (s *sse) start(ctx context.Context, stream *sseStream, message *jsonrpc.Message) *jsonrpc.Error {
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
			_ = stream.writer.sendEvent(response.Data) // it is dropped if the client is gone
		}
	}()
	return nil
}
