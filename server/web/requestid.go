package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// requestIDHeader carries a request's id in from a proxy, and out to the caller.
const requestIDHeader = "X-Request-Id"

// RequestID returns the id of the HTTP request that ctx belongs to; empty where it
// belongs to none.
func RequestID(ctx context.Context) string { return accessRecordOf(ctx).requestID }

// isSafeRequestID reports whether an id is taken over from a proxy. Any other could
// make a log unreadable.
func isSafeRequestID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "._-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// requestID names every request, so that an answer can be found in the log.
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
