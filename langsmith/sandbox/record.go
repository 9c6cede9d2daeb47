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

// The bounds of the recorded requests, for a sandbox that runs for days. The oldest are
// dropped first.
const (
	maxRecorded      = 100_000
	maxRecordedBytes = 64 << 20
)

type recorder struct {
	requests []Request
	bytes    int
}

func (r *recorder) add(req Request) {
	r.requests = append(r.requests, req)
	r.bytes += len(req.Body)
	for len(r.requests) > maxRecorded || r.bytes > maxRecordedBytes {
		r.bytes -= len(r.requests[0].Body)
		r.requests[0] = Request{}
		r.requests = r.requests[1:]
	}
}

func (r Request) clone() Request {
	r.Header = r.Header.Clone()
	r.Body = slices.Clone(r.Body)
	return r
}

// Requests returns copies of the received requests in order, at most the last 100,000. A
// request whose connection a fault refused is not received.
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := make([]Request, len(s.received.requests))
	for i, req := range s.received.requests {
		copies[i] = req.clone()
	}
	return copies
}

// ResetRequests discards the recorded requests.
func (s *Sandbox) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = recorder{}
}
