package sandbox

import (
	"net/http"
	"slices"
)

// Request is a received request.
type Request struct {
	Method   string
	Origin   string // scheme and host
	Path     string
	RawQuery string
	Header   http.Header
	Body     []byte
}

// record records a request. s.mu is held.
func (s *Sandbox) record(req Request) {
	if !s.opts.NoRecord {
		s.received = append(s.received, req)
	}
}

func (r Request) clone() Request {
	r.Header = r.Header.Clone()
	r.Body = slices.Clone(r.Body)
	return r
}

// Requests returns copies of the received requests in order. A request whose connection a
// fault refused is not received.
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := make([]Request, len(s.received))
	for i, req := range s.received {
		copies[i] = req.clone()
	}
	return copies
}

// ResetRequests discards the recorded requests.
func (s *Sandbox) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = nil
}
