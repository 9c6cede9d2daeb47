package web

import (
	"io"
	"net/http"
)

// The probes' paths.
const (
	healthPath = "/healthz"
	readyPath  = "/readyz"
)

func isProbe(r *http.Request) bool {
	return r.URL.Path == healthPath || r.URL.Path == readyPath
}

// health answers that the process serves.
func health(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "alive") }

// ready answers whether new calls should be sent here: not when the server is
// about to end. LangSmith, the state and the issuer are not asked: a replica
// that is taken out because they fail would help nobody.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if s.ending.Load() {
		writeText(w, http.StatusServiceUnavailable, "ending")
		return
	}
	s.probed.Store(true)
	writeText(w, http.StatusOK, "ready")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}
