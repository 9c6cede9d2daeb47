package web

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/jsonrpc"
)

// accessRecord is what is logged of a request, filled in while it is handled. It
// holds no header, no query and nothing of a message but what it asks for.
type accessRecord struct {
	requestID string
	guard     string // what let the caller in: token or oauth; empty where nothing guards
	subject   string // the fingerprint of who that is
	ownKey    bool   // the caller brought a LangSmith key
	method    string // of the message
	tool      string
}

// addMessage records what a message asks for, of what the server has: any other
// method or tool is in the caller's own words, which may hold anything.
func (e *accessRecord) addMessage(message jsonrpc.Message, server *mcpserver.MCPServer) {
	e.method = jsonrpc.KnownMethod(message.Method)
	if tool := message.Name(); server.GetTool(tool) != nil {
		e.tool = tool
	}
}

type accessRecordKey struct{}

func withAccessRecord(ctx context.Context, e *accessRecord) context.Context {
	return context.WithValue(ctx, accessRecordKey{}, e)
}

// accessRecordOf returns the request's record; it is written by the one goroutine
// that handles the request.
func accessRecordOf(ctx context.Context) *accessRecord {
	if e, ok := ctx.Value(accessRecordKey{}).(*accessRecord); ok {
		return e
	}
	return &accessRecord{}
}

// accessLog writes a line for each request when it has been answered.
func accessLog(logger zerolog.Logger, mux *http.ServeMux) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			defer func() {
				status, bytes := responseOf(w).statusAndSize()
				e := accessRecordOf(r.Context())
				level := zerolog.InfoLevel
				switch {
				case isProbe(r) && status == http.StatusOK, e.tool != "" && status < http.StatusMultipleChoices:
					level = zerolog.DebugLevel // a call of a tool has a line of its own
				case isFailure(status):
					level = zerolog.WarnLevel
				}
				line := logger.WithLevel(level)
				if !line.Enabled() {
					return
				}
				line.Str("request_id", e.requestID).
					Str("http_method", r.Method).
					Str("path", route(mux, r)).
					Int("status", status).
					Int64("bytes", bytes).
					Dur("duration_ms", time.Since(began)).
					Str("from", host(r.RemoteAddr))
				for _, field := range [...]struct{ name, value string }{{"guard", e.guard}, {"subject", e.subject}, {"rpc_method", e.method}, {"tool", e.tool}, {"reason", responseOf(w).reason}} {
					if field.value != "" {
						line = line.Str(field.name, shorten(field.value))
					}
				}
				if e.ownKey {
					line = line.Bool("own_key", true)
				}
				line.Msg("request")
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// isFailure reports whether a status is worth an operator's notice. 404 and 405 are
// what strangers and clients that look around get.
func isFailure(status int) bool {
	return status >= http.StatusBadRequest && status != http.StatusNotFound && status != http.StatusMethodNotAllowed
}

// noRoute stands for a path that nothing here serves: it is in a caller's own
// words, and may hold a key.
const noRoute = "other"

// route is the path of what serves a request.
func route(mux *http.ServeMux, r *http.Request) string {
	_, pattern := mux.Handler(r)
	if pattern == "" {
		return noRoute
	}
	return strings.TrimSuffix(pattern[strings.Index(pattern, "/"):], "{$}")
}

// longestLogged bounds what a caller can put into one field of the log.
const longestLogged = 200

func shorten(text string) string {
	if len(text) > longestLogged {
		return text[:longestLogged] + "..."
	}
	return text
}

func host(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return address
}
