package web

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/auth"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/jsonrpc"
)

// The paths of the endpoints.
const (
	mcpPath     = "/mcp"
	ssePath     = "/sse"
	messagePath = "/message"
)

// Options make a [Server].
type Options struct {
	MCP       *mcpserver.MCPServer
	Extension jsonrpc.Extension // answers requests that mcp-go does not know; nil for none
	Config    config.HTTP
	Logger    zerolog.Logger
	Version   string // the program's, for the server card

	// Limits bound what one client can hold.
	Limits Limits

	// Ending is called when the server is about to end: calls that wait for
	// something should answer with what they have. Nil for nothing.
	Ending func()

	// Drain waits until no paid request is in flight any longer, or ctx is done;
	// nil where there are none.
	Drain func(ctx context.Context) error

	// Grace is how long calls may still take at the end, and PaidGrace how long
	// those may whose paid request is in flight.
	Grace, PaidGrace time.Duration
}

// Server serves MCP over HTTP.
type Server struct {
	options Options
	handler http.Handler
	calls   *requestCounter
	ending  atomic.Bool
	probed  atomic.Bool // somebody asks whether the server is ready
}

// New returns a server. What it does in the background ends with ctx.
func New(ctx context.Context, options Options) *Server {
	options.Limits = options.Limits.withDefaults()
	s := &Server{options: options, calls: &requestCounter{}}
	tokens := auth.New(ctx, auth.Options{Config: options.Config, Endpoints: []string{mcpPath, ssePath, messagePath}, Logger: options.Logger})
	pending := &jsonrpc.PendingRequests{}
	streamable := newStreamable(options, pending)
	sse := newSSE(options, pending, s.calls)

	protect := chain(
		rebindingProtection(hostPolicy{origins: options.Config.AllowOrigins, hosts: options.Config.AllowHosts}),
		cors,
		authenticate(tokens),
		callerCredentials,
		options.Limits.limitLargeBodies(),
		s.calls.count,
	)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+healthPath, health)
	mux.HandleFunc("GET "+readyPath, s.ready)
	mux.Handle("GET "+cardPath, serveCard(options))
	mux.Handle("OPTIONS "+cardPath, serveCard(options))
	mux.Handle(mcpPath, protect(streamable))
	mux.Handle(mcpPath+"/{$}", setPath(mcpPath, protect(streamable)))
	mux.Handle(ssePath, protect(allowMethod(http.MethodGet, sse.open)))
	mux.Handle(messagePath, protect(allowMethod(http.MethodPost, sse.message)))
	if metadata := tokens.Metadata(); metadata != nil {
		mux.Handle(auth.MetadataPath, cors(metadata))
		mux.Handle(auth.MetadataPath+"/", cors(metadata))
	}

	s.handler = chain(withResponse(options.Limits), s.closeAtEnd, requestID, traceContext, accessLog(options.Logger, mux), recoverPanics(options.Logger))(mux)
	return s
}

// chain puts middleware around a handler, the first outermost.
func chain(layers ...func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	return func(handler http.Handler) http.Handler {
		for i := len(layers) - 1; i >= 0; i-- {
			handler = layers[i](handler)
		}
		return handler
	}
}

// setPath serves requests as if they had come for another path.
func setPath(path string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := *r.URL
		at.Path, at.RawPath = path, ""
		r = r.WithContext(r.Context()) // a copy, whose URL is its own
		r.URL = &at
		next.ServeHTTP(w, r)
	})
}

// allowMethod answers one method.
func allowMethod(method string, handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			refuse(w, http.StatusMethodNotAllowed, r.URL.Path+" takes "+method)
			return
		}
		handle(w, r)
	})
}
