package web

import (
	"errors"
	"net/http"
	"runtime/debug"

	"github.com/rs/zerolog"
)

// recoverPanics keeps a panic from costing more than its request.
func recoverPanics(logger zerolog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				cause := recover()
				if cause == nil {
					return
				}
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(cause) // net/http's own way to break off an answer
				}
				logger.Error().Str("request_id", accessRecordOf(r.Context()).requestID).Interface("panic", cause).
					Bytes("stack", debug.Stack()).Msg("a request panicked")
				refuse(w, http.StatusInternalServerError, "internal error; the server's log says more under this request's id")
			}()
			next.ServeHTTP(w, r)
		})
	}
}
