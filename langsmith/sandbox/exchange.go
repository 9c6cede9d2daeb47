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

// maxBody bounds a request's body, in bytes. It is LangSmith's bound for a batch of runs.
const maxBody = 20 << 20

// bufferedResponse is a response in memory. It implements http.ResponseWriter.
type bufferedResponse struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newBufferedResponse() *bufferedResponse { return &bufferedResponse{header: make(http.Header)} }

func (a *bufferedResponse) Header() http.Header { return a.header }

func (a *bufferedResponse) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *bufferedResponse) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *bufferedResponse) json(status int, value any) {
	a.header.Set("Content-Type", "application/json")
	a.WriteHeader(status)
	// Every value of the sandbox can be marshalled. A failure would leave an empty
	// body, which tests would notice.
	_ = json.NewEncoder(&a.body).Encode(value)
}

// writeError writes the error of an operation.
func (a *bufferedResponse) writeError(err error) {
	var p *apiError
	if !errors.As(err, &p) {
		p = refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	a.json(p.status, p.body)
}

// delivery is a response and what a fault does to it in transit.
type delivery struct {
	*bufferedResponse
	cut  int           // bytes of the body that arrive; 0 for all
	slow time.Duration // pause before each byte of the body
}

// exchange records a request and processes it, subject to faults. An error means that no
// response arrives.
func (s *Sandbox) exchange(ctx context.Context, req Request) (*delivery, error) {
	now := s.now()
	s.processDue(now)
	fault, hit := s.findFault(req)
	if !hit {
		return &delivery{bufferedResponse: s.process(req, now, s.opts.Routes)}, nil
	}
	return s.applyFault(ctx, fault, req, now)
}

// process processes a request as a LangSmith with these routes does.
func (s *Sandbox) process(req Request, now time.Time, routes Routes) *bufferedResponse {
	r := &http.Request{
		Method: req.Method,
		URL:    &url.URL{Path: req.Path, RawQuery: req.RawQuery},
		Header: req.Header,
		Body:   io.NopCloser(bytes.NewReader(req.Body)),
	}
	a := newBufferedResponse()
	s.dispatch(a, r, requestState{raw: req.Body, now: now, routes: routes, origin: req.Origin})
	a.header.Set("Date", now.UTC().Format(http.TimeFormat))
	return a
}

// readRequest reads a whole request. It returns false if the body exceeds maxBody.
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

// origin returns the scheme and host of a request.
func origin(r *http.Request) string {
	switch {
	case r.URL.IsAbs(): // the request of a RoundTripper
		return r.URL.Scheme + "://" + r.URL.Host
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// wait sleeps for d or until ctx is done.
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

// newTooLargeResponse returns the response to a body that exceeds maxBody.
//
// Unknown: LangSmith's wording.
func newTooLargeResponse() *bufferedResponse {
	a := newBufferedResponse()
	a.json(http.StatusRequestEntityTooLarge, detail{"Request body too large"})
	return a
}
