package web

import (
	"net/http"

	"go.opentelemetry.io/otel/propagation"
)

// traceContext is middleware that reads the W3C trace context of a request's headers. That
// of a message's _meta is read later, and takes precedence.
func traceContext(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Traceparent") == "" {
			next.ServeHTTP(w, r)
			return
		}
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
