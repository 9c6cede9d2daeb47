package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/envelope"
)

// streamable is the endpoint of Streamable HTTP. mcp-go serves it; what is here
// makes sessions belong to their callers, without keeping any.
type streamable struct {
	mcp       http.Handler
	server    *mcpserver.MCPServer
	questions *questions
	limits    Limits
	lighten   bool

	// ended are the sessions that their clients have ended here. Another replica
	// goes on accepting them, to no harm.
	ended *ttlcache.Cache[string, struct{}]
}

const (
	mostEnded   = 10_000
	endedBefore = 24 * time.Hour
)

func newStreamable(options Options, questions *questions) *streamable {
	return &streamable{
		server:    options.MCP,
		questions: questions,
		limits:    options.Limits,
		lighten:   options.Lighten,
		ended: ttlcache.New(
			ttlcache.WithCapacity[string, struct{}](mostEnded),
			ttlcache.WithTTL[string, struct{}](endedBefore),
		),
		mcp: mcpserver.NewStreamableHTTPServer(options.MCP,
			mcpserver.WithStreamableHTTPLogger(slog.New(zerolog.NewSlogHandler(options.Logger))),
			// The stack in front checks Host on every address, and knows --allow-host.
			mcpserver.WithDisableLocalhostProtection(true),
			mcpserver.WithSessionIdManager(checkedBefore{}),
			mcpserver.WithHTTPContextFunc(func(ctx context.Context, _ *http.Request) context.Context {
				return ownSessionFor(ctx, options.MCP)
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
		s.pass(w, r, message, body, nil) // to be refused in mcp-go's words
		return
	}
	logged(r.Context()).asks(message, s.server)
	switch {
	case isStateless(message, r.Header):
		s.stateless(w, r, body, message)
	case message.Method == string(mcp.MethodInitialize):
		facts := sessionFacts{canElicit: canElicit(message)}
		id := newSessionID(CallerFrom(r.Context()), facts)
		w.Header().Set(mcpserver.HeaderKeySessionID, id)
		s.pass(w, r, message, body, &call{session: id, facts: facts})
	default:
		id, facts, ok := s.session(w, r)
		switch {
		case !ok:
		case message.IsAnswer():
			s.take(w, id, message)
		default:
			s.pass(w, r, message, body, &call{session: id, facts: facts})
		}
	}
}

// stateless takes a message of the era without sessions. An id alone does not
// say whose call is meant there, and calls are cancelled by closing their
// answer: a cancellation is accepted and has no effect.
func (s *streamable) stateless(w http.ResponseWriter, r *http.Request, body []byte, message envelope.Message) {
	if message.Method == string(mcp.MethodNotificationCancelled) {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	r.Header.Del(mcpserver.HeaderKeySessionID)
	s.pass(w, r, message, body, &call{session: "request-" + uuid.NewString()})
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
	return ids[0], facts, true
}

// pass has mcp-go carry a message out.
func (s *streamable) pass(w http.ResponseWriter, r *http.Request, message envelope.Message, body []byte, c *call) {
	ctx := r.Context()
	if c != nil {
		c.questions = s.questions
		c.answer, _ = answerOf(w)
		ctx = withCall(ctx, c)
	}
	if s.lighten {
		ctx, body = message.Lighten(ctx, body)
	}
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mcp.ServeHTTP(w, r)
}
