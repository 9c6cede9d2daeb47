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

// alive says that the process serves.
func alive(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") }

// ready says whether new calls should be sent here: not when the server is
// about to end. LangSmith, the state and the issuer are not asked: a replica
// that is taken out because they fail would help nobody.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if s.ending.Load() {
		say(w, http.StatusServiceUnavailable, "ending")
		return
	}
	s.watched.Store(true)
	say(w, http.StatusOK, "ready")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}
