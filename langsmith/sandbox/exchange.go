package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxBody is what LangSmith takes in one batch of runs, and here the bound of
// every request's body.
const maxBody = 20 << 20

// answer is what a handler said, held in memory until it is delivered. It is an
// http.ResponseWriter.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: make(http.Header)} }

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) json(status int, value any) {
	a.header.Set("Content-Type", "application/json")
	a.WriteHeader(status)
	// Everything the sandbox answers is made of marshalable values; a failure
	// would leave an empty body, which no test would pass over.
	_ = json.NewEncoder(&a.body).Encode(value)
}

// problem answers an error of an operation.
func (a *answer) problem(err error) {
	var p *problem
	if !errors.As(err, &p) {
		p = refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	for name, values := range p.header {
		a.header[name] = values
	}
	a.json(p.status, p.body)
}

// delivery is an answer on its way back, with what a fault does to it there.
type delivery struct {
	*answer
	cut  int           // only so many bytes of the body arrive; 0: all
	slow time.Duration // pause before each byte of the body
}

// exchange records a request, and processes it as far as a fault lets it. An error
// means that no answer arrives.
func (s *Sandbox) exchange(ctx context.Context, req Request) (*delivery, error) {
	now := s.now()
	s.processDue(now)
	fault, hit := s.findFault(req)
	if !hit {
		return &delivery{answer: s.process(req, now, s.opts.Routes)}, nil
	}
	return s.applyFault(ctx, fault, req, now)
}

// process gives a request its effect and its answer, as a LangSmith with these
// routes does.
func (s *Sandbox) process(req Request, now time.Time, routes Routes) *answer {
	r := &http.Request{
		Method: req.Method,
		URL:    &url.URL{Path: req.Path, RawQuery: req.RawQuery},
		Header: req.Header,
		Body:   io.NopCloser(bytes.NewReader(req.Body)),
	}
	a := newAnswer()
	s.dispatch(a, r, requestState{raw: req.Body, now: now, routes: routes, origin: req.Origin})
	a.header.Set("Date", now.UTC().Format(http.TimeFormat))
	return a
}

// readRequest reads a request whole. It reports false for a body over the bound.
func readRequest(r *http.Request) (Request, bool, error) {
	req := Request{
		Method:   r.Method,
		Origin:   origin(r),
		Path:     r.URL.Path,
		RawQuery: r.URL.RawQuery,
		Header:   r.Header.Clone(),
	}
	if r.Body == nil {
		return req, true, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return req, false, err
	}
	if len(body) > maxBody {
		return req, false, nil
	}
	req.Body = body
	return req, true, nil
}

// origin is the scheme and host that a request was sent to.
func origin(r *http.Request) string {
	switch {
	case r.URL.IsAbs(): // the request of a RoundTripper
		return r.URL.Scheme + "://" + r.URL.Host
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// wait sleeps unless the caller leaves first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tooLargeAnswer answers a body over the bound.
//
// Unknown: LangSmith's wording.
func tooLargeAnswer() *answer {
	a := newAnswer()
	a.json(http.StatusRequestEntityTooLarge, detail{"Request body too large"})
	return a
}
