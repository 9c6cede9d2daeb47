package web

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
)

// streamable is the endpoint of Streamable HTTP. It replaces mcp-go's for three promises:
// any replica answers any request, no caller sees or cancels another's call, and every
// response has its request's id to the byte. mcp-go's endpoint has sessions, shares their
// notifications between calls and streams, and treats 7 and "7" as the same id.
type streamable struct {
	handler jsonrpc.Handler
	pending *jsonrpc.PendingRequests
	limits  Limits

	// ended has the sessions that clients have ended in this process. Another replica
	// still accepts them, which is harmless.
	ended *ttlcache.Cache[string, struct{}]
}

// The bounds of the memory of ended sessions.
const (
	maxEndedSessions = 10_000
	endedSessionTTL  = 24 * time.Hour
)

func newStreamable(options Options, pending *jsonrpc.PendingRequests) *streamable {
	return &streamable{
		handler: jsonrpc.Handler{MCP: options.MCP, Extension: options.Extension, Logger: options.Logger},
		pending: pending,
		limits:  options.Limits,
		ended: ttlcache.New(
			ttlcache.WithCapacity[string, struct{}](maxEndedSessions),
			ttlcache.WithTTL[string, struct{}](endedSessionTTL),
		),
	}
}

func (s *streamable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost:
		s.post(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodDelete:
		w.Header().Set("Allow", "GET, POST, DELETE")
		refuse(w, http.StatusMethodNotAllowed, r.Method+" is not supported: send messages with POST")
	case isStateless(&jsonrpc.Message{}, r.Header):
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, r.Method+" is not supported since protocol version 2026-07-28, which has no sessions: send messages with POST")
	default:
		if id, _, ok := s.session(w, r, &jsonrpc.Message{}); ok && r.Method == http.MethodGet {
			s.stream(w, r)
		} else if ok {
			s.ended.Set(id, struct{}{}, ttlcache.DefaultTTL)
		}
	}
}

// post handles the message of a POST.
func (s *streamable) post(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "send the message with Content-Type: application/json")
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
	case isStateless(message, r.Header):
		s.handleStateless(r.Context(), w, r, message)
	case message.Method == string(mcp.MethodInitialize):
		facts := sessionFacts{canElicit: canElicit(message), sameCredentials: true}
		id := newSessionID(CallerFrom(r.Context()), facts)
		w.Header().Set(mcpserver.HeaderKeySessionID, id)
		s.handle(r.Context(), w, message, id, facts)
	default:
		if id, facts, ok := s.session(w, r, message); ok {
			s.handle(r.Context(), w, message, id, facts)
		}
	}
}

// session returns the id of a request's session, and its facts. If it is not a session of
// the caller, the request is refused and ok is false.
func (s *streamable) session(w http.ResponseWriter, r *http.Request, message *jsonrpc.Message) (id string, facts sessionFacts, ok bool) {
	ids := r.Header.Values(mcpserver.HeaderKeySessionID)
	if len(ids) != 1 || ids[0] == "" {
		refuseRequest(w, http.StatusBadRequest, message, "send the Mcp-Session-Id of the response to initialize, or use protocol version 2026-07-28, which needs none")
		return "", sessionFacts{}, false
	}
	facts, own := verifySessionID(ids[0], CallerFrom(r.Context()))
	if !own || s.ended.Has(ids[0]) {
		refuseRequest(w, http.StatusNotFound, message, "there is no such session: start one with initialize")
		return "", sessionFacts{}, false
	}
	if version := r.Header.Get(mcp.HeaderProtocolVersion); version != "" && !mcp.IsValidProtocolVersion(version) {
		refuseRequest(w, http.StatusBadRequest, message, "MCP-Protocol-Version is not supported; the supported versions are "+strings.Join(mcp.ValidProtocolVersions, ", "))
		return "", sessionFacts{}, false
	}
	return ids[0], facts, true
}

// handle handles a message of a session. The response is the last event if the handler has
// sent events before it, else JSON.
func (s *streamable) handle(ctx context.Context, w http.ResponseWriter, message *jsonrpc.Message, id string, facts sessionFacts) {
	if !facts.sameCredentials {
		// A session that was opened without a key may be used with one. Requests to its client
		// and its calls are then separate from those without the key.
		id += " " + sessionMAC(id, CallerFrom(ctx))
	}
	if message.IsResponse() {
		switch {
		case s.pending.Resolve(id, message), message.IsPong():
		case !facts.sameCredentials:
			refuse(w, http.StatusNotFound, "no call with these credentials waits for this response: send the credentials of the call that it answers")
			return
		default:
			refuse(w, http.StatusBadRequest, "no call waits for this response: the call has ended, or another replica sent the request")
			return
		}
		w.WriteHeader(http.StatusAccepted)
		return
	}
	writer := writerOf(w)
	session := s.newSession(id, writer)
	if facts.canElicit {
		session.SetClientCapabilities(mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapability{}})
	}
	writer.respond(http.StatusOK, s.handler.Handle(ctx, session, message))
}

// newSession returns a session for the handler of one message. The session's id and the
// message have everything that is known about the client.
func (s *streamable) newSession(id string, writer *responseWriter) *jsonrpc.Session {
	session := jsonrpc.NewSession(id, s.pending, writer.sendEvent)
	session.Initialize()
	return session
}

// stream serves the standing stream of a session, for the notifications to all clients.
func (s *streamable) stream(w http.ResponseWriter, r *http.Request) {
	writer := writerOf(w)
	session := s.newSession("stream-"+uuid.NewString(), writer)
	unregister, err := session.Register(r.Context(), s.handler.MCP)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the stream cannot be registered")
		return
	}
	defer unregister()
	writer.startEvents()
	session.Forward(r.Context())
}

// canElicit reports whether an initialize declares that the client shows forms to a person.
// A client that names no mode does.
func canElicit(initialize *jsonrpc.Message) bool {
	var capabilities struct {
		Elicitation *mcp.ElicitationCapability `json:"elicitation"`
	}
	if json.Unmarshal(initialize.Params["capabilities"], &capabilities) != nil {
		return false // mcp-go refuses it
	}
	can := capabilities.Elicitation
	return can != nil && (can.Form != nil || can.URL == nil)
}
