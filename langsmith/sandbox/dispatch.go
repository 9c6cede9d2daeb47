package sandbox

import (
	"context"
	"net/http"
)

// dispatch runs the operation of a request.
func (s *Sandbox) dispatch(a *bufferedResponse, r *http.Request, v requestState) {
	r = r.WithContext(context.WithValue(r.Context(), requestStateKey{}, v))
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(a, r)
		return
	}
	// The mux writes 404 and 405 in plain text, FastAPI in JSON.
	plain := newBufferedResponse()
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
