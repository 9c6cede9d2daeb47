package sandbox

import (
	"net/http"
	"slices"
)

// Request is one request as it arrived.
type Request struct {
	Method   string
	Origin   string // the scheme and host that it was sent to
	Path     string
	RawQuery string
	Header   http.Header
	Body     []byte
}

// Bounds of what is remembered of past requests, so that a sandbox that serves
// for days does not grow. The oldest go first.
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

// Requests returns copies of the requests received, in order; those whose
// connection a fault refused never arrived. At most the last 100,000 are kept.
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := make([]Request, len(s.received.requests))
	for i, req := range s.received.requests {
		copies[i] = req.clone()
	}
	return copies
}

// ResetRequests forgets the requests received so far.
func (s *Sandbox) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = recorder{}
}
