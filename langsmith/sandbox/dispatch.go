package sandbox

import (
	"context"
	"net/http"
)

// dispatch finds the operation that a request is for.
func (s *Sandbox) dispatch(a *answer, r *http.Request, v requestState) {
	r = r.WithContext(context.WithValue(r.Context(), requestStateKey{}, v))
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(a, r)
		return
	}
	// The mux answers 404 and 405 in plain text; FastAPI does it in JSON.
	plain := newAnswer()
	s.mux.ServeHTTP(plain, r)
	if allow := plain.header.Get("Allow"); allow != "" {
		a.header.Set("Allow", allow)
	}
	status := plain.status
	if status != http.StatusMethodNotAllowed {
		status = http.StatusNotFound
	}
	a.json(status, detail{http.StatusText(status)})
}
