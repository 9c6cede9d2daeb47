package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/envelope"
)

// streamable is the endpoint of Streamable HTTP. Sessions belong to their callers
// and are not kept, so their messages are answered here; what a message means
// stays mcp-go's to decide. mcp-go serves the standing streams of sessions, and
// the era without them.
type streamable struct {
	mcp       http.Handler
	server    *mcpserver.MCPServer
	questions *questions
	limits    Limits
	lighten   bool

	// ended are the sessions that their clients have ended here. Another replica
	// goes on accepting them, to no harm.
	ended  *ttlcache.Cache[string, struct{}]
	levels *logLevels
}

// What is remembered of sessions is bounded in number and time.
const (
	mostRemembered = 10_000
	rememberedFor  = 24 * time.Hour
)

func newStreamable(options Options, questions *questions) *streamable {
	return &streamable{
		server:    options.MCP,
		questions: questions,
		limits:    options.Limits,
		lighten:   options.Lighten,
		ended: ttlcache.New(
			ttlcache.WithCapacity[string, struct{}](mostRemembered),
			ttlcache.WithTTL[string, struct{}](rememberedFor),
		),
		levels: ttlcache.New(
			ttlcache.WithCapacity[string, mcp.LoggingLevel](mostRemembered),
			ttlcache.WithTTL[string, mcp.LoggingLevel](rememberedFor),
		),
		mcp: mcpserver.NewStreamableHTTPServer(options.MCP,
			mcpserver.WithStreamableHTTPLogger(slog.New(zerolog.NewSlogHandler(options.Logger))),
			// The stack in front checks Host on every address, and knows --allow-host.
			mcpserver.WithDisableLocalhostProtection(true),
			mcpserver.WithSessionIdManager(checkedBefore{}),
			mcpserver.WithHTTPContextFunc(func(ctx context.Context, _ *http.Request) context.Context {
				return asStatelessCall(ctx, options.MCP)
			}),
		),
	}
}

// checkedBefore leaves sessions to [streamable], which has checked an id before
// mcp-go sees it. It makes none, since mcp-go would keep a session under it.
type checkedBefore struct{}

func (checkedBefore) Generate() string               { return "" }
func (checkedBefore) Terminate(string) (bool, error) { return false, nil }
func (checkedBefore) Validate(id string) (bool, error) {
	if id == "" {
		return false, errors.New("the message belongs to no session")
	}
	return false, nil
}

func (s *streamable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		s.post(w, r)
	case http.MethodGet, http.MethodDelete:
		s.standing(w, r)
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		refuse(w, http.StatusMethodNotAllowed, r.Method+" means nothing here: send messages with POST")
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
	message, err := envelope.Open(body)
	if errors.Is(err, envelope.ErrNotObject) {
		refuse(w, http.StatusBadRequest, "the body is not one JSON-RPC message; batches of them are not taken")
		return
	}
	if err != nil {
		s.pass(r.Context(), w, r, body) // to be refused in mcp-go's words
		return
	}
	logged(r.Context()).asks(message, s.server)
	ctx := r.Context()
	if s.lighten {
		ctx, body = message.Lighten(ctx, body)
	}
	switch {
	case isStateless(message, r.Header):
		s.stateless(ctx, w, r, body, message)
	case message.Method == string(mcp.MethodInitialize):
		facts := sessionFacts{canElicit: canElicit(message)}
		id := newSessionID(CallerFrom(r.Context()), facts)
		w.Header().Set(mcpserver.HeaderKeySessionID, id)
		s.answer(ctx, w, body, id, facts)
	default:
		id, facts, ok := s.session(w, r)
		switch {
		case !ok:
		case message.IsAnswer():
			s.take(w, id, message)
		case message.Method == "":
			refuse(w, http.StatusBadRequest, "the message is neither a request nor the answer to one")
		default:
			s.answer(ctx, w, body, id, facts)
		}
	}
}

// stateless takes a message of the era without sessions. An id alone does not
// say whose call is meant there, and calls are cancelled by closing their
// answer: a cancellation is accepted and has no effect.
func (s *streamable) stateless(ctx context.Context, w http.ResponseWriter, r *http.Request, body []byte, message envelope.Message) {
	if message.Method == string(mcp.MethodNotificationCancelled) {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	r.Header.Del(mcpserver.HeaderKeySessionID)
	ctx = withAsker(ctx, asker{s.questions, "request-" + uuid.NewString(), answerOf(w).send})
	s.pass(ctx, w, r, body)
}

// take takes the client's answer to a question of ours.
func (s *streamable) take(w http.ResponseWriter, session string, answer envelope.Message) {
	if s.questions.deliver(session, answer) || answer.IsPong() {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	refuse(w, http.StatusBadRequest, "nothing here waits for this answer: the call that asked has ended, or another replica asked")
}

// standing opens the standing stream of a session, or ends the session.
func (s *streamable) standing(w http.ResponseWriter, r *http.Request) {
	if !isStateless(envelope.Message{}, r.Header) {
		id, _, ok := s.session(w, r)
		if !ok {
			return
		}
		if r.Method == http.MethodDelete {
			s.ended.Set(id, struct{}{}, ttlcache.DefaultTTL)
		}
	}
	s.mcp.ServeHTTP(w, r)
}

// session returns the session of a request. It answers and returns false where
// there is none of this caller's; to anybody else a session does not exist.
func (s *streamable) session(w http.ResponseWriter, r *http.Request) (string, sessionFacts, bool) {
	ids := r.Header.Values(mcpserver.HeaderKeySessionID)
	if len(ids) != 1 || ids[0] == "" {
		refuse(w, http.StatusBadRequest, "send the Mcp-Session-Id that initialize was answered with, or use protocol version 2026-07-28, which needs none")
		return "", sessionFacts{}, false
	}
	facts, own := ownSession(ids[0], CallerFrom(r.Context()))
	if !own || s.ended.Has(ids[0]) {
		refuse(w, http.StatusNotFound, "there is no such session: start one with initialize")
		return "", sessionFacts{}, false
	}
	if version := r.Header.Get(mcp.HeaderProtocolVersion); version != "" && !mcp.IsValidProtocolVersion(version) {
		refuse(w, http.StatusBadRequest, "MCP-Protocol-Version is none of those that are spoken here: "+strings.Join(mcp.ValidProtocolVersions, ", "))
		return "", sessionFacts{}, false
	}
	return ids[0], facts, true
}

// answer has mcp-go carry out a message of a session, and answers it: with events
// where the handler has said something before, as JSON otherwise.
func (s *streamable) answer(ctx context.Context, w http.ResponseWriter, body []byte, id string, facts sessionFacts) {
	answer := answerOf(w)
	ctx = s.server.WithContext(ctx, newSession(asker{s.questions, id, answer.send}, facts, s.levels))
	result := s.server.HandleMessage(ctx, body)
	switch {
	case ctx.Err() != nil: // nobody is there any longer
	case result == nil:
		w.WriteHeader(http.StatusAccepted)
	default:
		data, err := envelope.Encode(result)
		if err != nil {
			panic(err) // the handler's result is no JSON
		}
		_ = answer.finish(data) // net/http ends the request's context where the client is gone
	}
}

// pass has mcp-go's own handler answer a message.
func (s *streamable) pass(ctx context.Context, w http.ResponseWriter, r *http.Request, body []byte) {
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mcp.ServeHTTP(w, r)
}
