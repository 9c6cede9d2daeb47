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

// serveHealth reports that the process is alive.
func serveHealth(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "alive") }

// serveReady reports whether this replica accepts new calls, which it does until the shutdown. It
// does not check LangSmith, the state and the issuer: removing the replica would not help if
// they fail.
func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
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
