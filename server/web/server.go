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

// Options configure [New].
type Options struct {
	MCP       *mcpserver.MCPServer
	Extension jsonrpc.Extension // handles requests that mcp-go does not know; nil for none
	Config    config.HTTP
	Logger    zerolog.Logger
	Version   string // the program's, for the server card

	// Limits bound the resources of one client.
	Limits Limits

	// Ending is called when the shutdown begins: waiting calls should return their
	// current state. Nil for nothing.
	Ending func()

	// Drain waits until no paid request is in flight, or ctx is done; nil if there are
	// none.
	Drain func(ctx context.Context) error

	// Grace is how long calls may take during the shutdown. PaidGrace is the same for
	// calls with a paid request in flight.
	Grace, PaidGrace time.Duration
}

// Server serves MCP over HTTP.
type Server struct {
	options Options
	handler http.Handler
	calls   *requestCounter
	ending  atomic.Bool
	probed  atomic.Bool // a load balancer has checked /readyz
}

// New returns a server. ctx ends its background work.
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
		s.calls.countRequests,
	)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+healthPath, serveHealth)
	mux.HandleFunc("GET "+readyPath, s.serveReady)
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

	s.handler = chain(withResponseWriter(options.Limits), s.closeAtEnd, requestID, traceContext, accessLog(options.Logger, mux), recoverPanics(options.Logger))(mux)
	return s
}

// chain combines middleware, the first outermost.
func chain(layers ...func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	return func(handler http.Handler) http.Handler {
		for i := len(layers) - 1; i >= 0; i-- {
			handler = layers[i](handler)
		}
		return handler
	}
}

// setPath is middleware that replaces the path of requests.
func setPath(path string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := *r.URL
		at.Path, at.RawPath = path, ""
		r = r.WithContext(r.Context()) // a copy, because its URL is changed
		r.URL = &at
		next.ServeHTTP(w, r)
	})
}

// allowMethod returns a handler that accepts only one method.
func allowMethod(method string, handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			refuse(w, http.StatusMethodNotAllowed, r.URL.Path+" accepts only "+method)
			return
		}
		handle(w, r)
	})
}
