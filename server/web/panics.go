package web

import (
	"errors"
	"net/http"
	"runtime/debug"

	"github.com/rs/zerolog"
)

// panics keeps a panic from costing more than its request.
func panics(logger zerolog.Logger) func(http.Handler) http.Handler {
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
				logPanic(logger, logged(r.Context()).requestID, cause)
				refuse(w, http.StatusInternalServerError, "internal error; the server's log says more under this request's id")
			}()
			next.ServeHTTP(w, r)
		})
	}
}

func logPanic(logger zerolog.Logger, requestID string, cause any) {
	logger.Error().Str("request_id", requestID).Interface("panic", cause).Bytes("stack", debug.Stack()).Msg("a request panicked")
}
