package web

import (
	"errors"
	"net/http"
	"runtime/debug"

	"github.com/rs/zerolog"
)

// recoverPanics returns middleware that ends only the request that panics.
func recoverPanics(logger zerolog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				cause := recover()
				if cause == nil {
					return
				}
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(cause) // net/http's way to abort a response
				}
				logger.Error().Str("request_id", accessRecordOf(r.Context()).requestID).Interface("panic", cause).
					Bytes("stack", debug.Stack()).Msg("a request panicked")
				refuse(w, http.StatusInternalServerError, "internal error; see this request's id in the server's log")
			}()
			next.ServeHTTP(w, r)
		})
	}
}
