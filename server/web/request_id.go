package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// requestIDHeader has a request's id: from a proxy, and for the caller.
const requestIDHeader = "X-Request-Id"

// RequestID returns the id of the HTTP request of ctx; empty if there is none.
func RequestID(ctx context.Context) string { return accessRecordOf(ctx).requestID }

// isSafeRequestID reports whether a proxy's id is short and plain. Another could make a log
// unreadable.
func isSafeRequestID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "._-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// requestID is middleware that gives every request an id, so that its response can be found
// in the log.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !isSafeRequestID(id) {
			id = uuid.NewString()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(withAccessRecord(r.Context(), &accessRecord{requestID: id})))
	})
}
