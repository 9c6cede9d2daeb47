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

// accessRecord is the log entry of a request, filled in while the request is handled. It
// contains no header and no query, and of a message only its method and tool.
type accessRecord struct {
	requestID string
	guard     string // how the caller was authenticated: token or oauth; empty without authentication
	subject   string // the fingerprint of the authenticated caller
	ownKey    bool   // the caller sent a LangSmith key
	method    string // of the message
	tool      string
}

// addMessage records a message's method and tool, if they are known to the server: any other
// name is a caller's text and may contain anything.
func (e *accessRecord) addMessage(message *jsonrpc.Message, server *mcpserver.MCPServer) {
	e.method = jsonrpc.KnownMethod(message.Method)
	if tool := message.Name(); server.GetTool(tool) != nil {
		e.tool = tool
	}
}

type accessRecordKey struct{}

func withAccessRecord(ctx context.Context, e *accessRecord) context.Context {
	return context.WithValue(ctx, accessRecordKey{}, e)
}

// accessRecordOf returns the request's record. Only the goroutine that handles the request
// writes it.
func accessRecordOf(ctx context.Context) *accessRecord {
	if e, ok := ctx.Value(accessRecordKey{}).(*accessRecord); ok {
		return e
	}
	return &accessRecord{}
}

// accessLog returns middleware that logs each request on one line after its response.
func accessLog(logger zerolog.Logger, mux *http.ServeMux) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			defer func() {
				status, bytes := writerOf(w).statusAndSize()
				e := accessRecordOf(r.Context())
				level := zerolog.InfoLevel
				switch {
				case isProbe(r) && status == http.StatusOK, e.tool != "" && status < http.StatusMultipleChoices:
					level = zerolog.DebugLevel // a tool call has its own line
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
				for _, field := range [...]struct{ name, value string }{{"guard", e.guard}, {"subject", e.subject}, {"rpc_method", e.method}, {"tool", e.tool}, {"reason", writerOf(w).reason}} {
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

// isFailure reports whether a status deserves an operator's attention. Scanners and clients
// that try other transports get 404 and 405.
func isFailure(status int) bool {
	return status >= http.StatusBadRequest && status != http.StatusNotFound && status != http.StatusMethodNotAllowed
}

// noRoute replaces a path that is not served: it is a caller's text and may contain a key.
const noRoute = "other"

// route returns the path of a request's handler.
func route(mux *http.ServeMux, r *http.Request) string {
	_, pattern := mux.Handler(r)
	if pattern == "" {
		return noRoute
	}
	return strings.TrimSuffix(pattern[strings.Index(pattern, "/"):], "{$}")
}

// maxLogged bounds a caller's text in one field of the log, in bytes.
const maxLogged = 200

func shorten(text string) string {
	if len(text) > maxLogged {
		return text[:maxLogged] + "..."
	}
	return text
}

func host(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return address
}
