package web

import (
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// The methods and headers that a page may send, and the headers that it may read. Clients
// send the protocol's headers, credentials, and a trace context.
var (
	corsMethods = strings.Join([]string{http.MethodGet, http.MethodPost, http.MethodDelete}, ", ")
	corsRequest = strings.Join(append(append(append([]string{
		"Accept", "Content-Type", "Authorization", "Last-Event-ID", requestIDHeader,
		mcpserver.HeaderKeySessionID, mcp.HeaderProtocolVersion, mcp.HeaderMethod, mcp.HeaderName,
		"traceparent", "tracestate", "baggage",
	}, keyHeaders...), workspaceHeaders...), endpointHeaders...), ", ")
	corsResponse = strings.Join([]string{
		mcpserver.HeaderKeySessionID, mcp.HeaderProtocolVersion, "WWW-Authenticate", "Retry-After", requestIDHeader,
	}, ", ")
)

// corsAge is how long a browser may cache the response to a preflight, in seconds.
const corsAge = "600"

// cors is middleware that lets pages read responses. [rebindingProtection] has checked their
// origins. Pages send credentials in headers, not in cookies.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin == "" {
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Expose-Headers", corsResponse)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			header.Set("Access-Control-Allow-Methods", corsMethods)
			header.Set("Access-Control-Allow-Headers", corsRequest)
			header.Set("Access-Control-Max-Age", corsAge)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
