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

// streamable is the endpoint of Streamable HTTP. It is ours rather than mcp-go's
// for the promises that any replica answers any request, that nobody cancels or
// sees another's call, and that every response has its request's id to the byte:
// mcp-go's keeps sessions, shares their notifications among calls and streams, and
// takes 7 and "7" for one id.
type streamable struct {
	handler jsonrpc.Handler
	pending *jsonrpc.PendingRequests
	limits  Limits

	// ended are the sessions that their clients have ended here. Another replica
	// goes on accepting them, to no harm.
	ended *ttlcache.Cache[string, struct{}]
}

// What is remembered of ended sessions is bounded in number and time.
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
		refuse(w, http.StatusMethodNotAllowed, r.Method+" means nothing here: send messages with POST")
	case isStateless(jsonrpc.Message{}, r.Header):
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, r.Method+" means nothing since protocol version 2026-07-28, which has no sessions: send messages with POST")
	default:
		if id, _, ok := s.session(w, r, jsonrpc.Message{}); ok && r.Method == http.MethodGet {
			s.stream(w, r)
		} else if ok {
			s.ended.Set(id, struct{}{}, ttlcache.DefaultTTL)
		}
	}
}

// post takes a message.
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
		s.stateless(r.Context(), w, r, message)
	case message.Method == string(mcp.MethodInitialize):
		facts := sessionFacts{canElicit: canElicit(message), opened: true}
		id := newSessionID(CallerFrom(r.Context()), facts)
		w.Header().Set(mcpserver.HeaderKeySessionID, id)
		s.answer(r.Context(), w, message, id, facts)
	default:
		if id, facts, ok := s.session(w, r, message); ok {
			s.answer(r.Context(), w, message, id, facts)
		}
	}
}

// session returns the session of a request and its message. It answers and returns
// false where there is none of this caller's; to anybody else a session does not exist.
func (s *streamable) session(w http.ResponseWriter, r *http.Request, message jsonrpc.Message) (string, sessionFacts, bool) {
	ids := r.Header.Values(mcpserver.HeaderKeySessionID)
	if len(ids) != 1 || ids[0] == "" {
		refuseRequest(w, http.StatusBadRequest, message, "send the Mcp-Session-Id that initialize was answered with, or use protocol version 2026-07-28, which needs none")
		return "", sessionFacts{}, false
	}
	facts, own := verifySessionID(ids[0], CallerFrom(r.Context()))
	if !own || s.ended.Has(ids[0]) {
		refuseRequest(w, http.StatusNotFound, message, "there is no such session: start one with initialize")
		return "", sessionFacts{}, false
	}
	if version := r.Header.Get(mcp.HeaderProtocolVersion); version != "" && !mcp.IsValidProtocolVersion(version) {
		refuseRequest(w, http.StatusBadRequest, message, "MCP-Protocol-Version is none of those that are spoken here: "+strings.Join(mcp.ValidProtocolVersions, ", "))
		return "", sessionFacts{}, false
	}
	return ids[0], facts, true
}

// answer answers a message of a session: with events where the handler has said
// something before, as JSON otherwise.
func (s *streamable) answer(ctx context.Context, w http.ResponseWriter, message jsonrpc.Message, id string, facts sessionFacts) {
	// A session that was opened without a key may be used with one, and then what is
	// asked and called with it is not for a caller without.
	id += " " + sessionMAC(id, CallerFrom(ctx))
	if message.IsAnswer() {
		switch {
		case s.pending.Resolve(id, message), message.IsPong():
		case !facts.opened:
			refuse(w, http.StatusNotFound, "no call with these credentials waits for this answer: send those of the call that asked")
			return
		default:
			refuse(w, http.StatusBadRequest, "nothing here waits for this answer: the call that asked has ended, or another replica asked")
			return
		}
		w.WriteHeader(http.StatusAccepted)
		return
	}
	answer := responseOf(w)
	session := s.newSession(id, answer)
	if facts.canElicit {
		session.SetClientCapabilities(mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapability{}})
	}
	answer.respond(http.StatusOK, s.handler.Handle(ctx, session, message))
}

// newSession returns the client of one message, as the message's handler sees it:
// what there is to know of a client is in its session's id or in the message.
func (s *streamable) newSession(id string, answer *response) *jsonrpc.Session {
	session := jsonrpc.NewSession(id, s.pending, answer.sendEvent)
	session.Initialize()
	return session
}

// stream serves the standing stream of a session, for what concerns all clients.
func (s *streamable) stream(w http.ResponseWriter, r *http.Request) {
	answer := responseOf(w)
	session := s.newSession("stream-"+uuid.NewString(), answer)
	unregister, err := session.Register(r.Context(), s.handler.MCP)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the stream cannot be registered")
		return
	}
	defer unregister()
	answer.startEvents()
	session.Forward(r.Context())
}

// canElicit reports whether an initialize says that the client shows forms to a
// person: one that names no mode does, and one that names only URLs does not.
func canElicit(initialize jsonrpc.Message) bool {
	var capabilities struct {
		Elicitation *mcp.ElicitationCapability `json:"elicitation"`
	}
	if json.Unmarshal(initialize.Params["capabilities"], &capabilities) != nil {
		return false // mcp-go refuses it
	}
	can := capabilities.Elicitation
	return can != nil && (can.Form != nil || can.URL == nil)
}
