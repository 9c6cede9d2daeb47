package web

import (
	"net/http"

	"langsmith-insights-mcp/server/auth"
)

// authenticate returns middleware that refuses callers without a valid token.
func authenticate(guard *auth.Guard) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if guard.Open() {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			identity, err := guard.Authenticate(r)
			if err != nil {
				status, text := guard.Challenge(w.Header(), r, err)
				refuse(w, status, text)
				return
			}
			record := accessRecordOf(r.Context())
			record.guard, record.subject = identity.Method, identity.Fingerprint
			next.ServeHTTP(w, r.WithContext(withCaller(r.Context(), Caller{Subject: identity.Subject, Fingerprint: identity.Fingerprint})))
		})
	}
}
