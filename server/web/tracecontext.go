package web

import (
	"net/http"

	"go.opentelemetry.io/otel/propagation"
)

// traceContext takes over the trace that a request's headers name (W3C's way). One
// in a message's _meta comes later, and counts more.
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
