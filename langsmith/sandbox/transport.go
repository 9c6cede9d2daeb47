package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// RoundTripper returns a transport that calls the sandbox in the caller's goroutine,
// without sockets. It honours the request's context, works in testing/synctest bubbles,
// and returns net/http's errors for dropped connections.
func (s *Sandbox) RoundTripper() http.RoundTripper { return roundTripper{s} }

type roundTripper struct{ s *Sandbox }

func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	req, fits, err := readRequest(r)
	if r.Body != nil {
		_ = r.Body.Close() // which every transport must do
	}
	if err != nil {
		return nil, fmt.Errorf("reading the request's body: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !fits {
		return newHTTPResponse(r, &delivery{bufferedResponse: newTooLargeResponse()}), nil
	}
	d, err := t.s.exchange(ctx, req)
	if err != nil {
		return nil, err
	}
	// The request has been processed, even if its context is done.
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return newHTTPResponse(r, d), nil
}

func newHTTPResponse(r *http.Request, d *delivery) *http.Response {
	body := d.body.Bytes()
	var reader io.Reader = bytes.NewReader(body)
	if d.cut > 0 && d.cut < len(body) {
		reader = io.MultiReader(bytes.NewReader(body[:d.cut]), truncatedEnd{})
	}
	if d.slow > 0 {
		reader = &slowReader{ctx: r.Context(), from: reader, pause: d.slow}
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", d.status, http.StatusText(d.status)),
		StatusCode:    d.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        d.header,
		Body:          io.NopCloser(reader),
		ContentLength: int64(len(body)),
		Request:       r,
	}
}

// truncatedEnd is the end of a body that is shorter than its Content-Length.
type truncatedEnd struct{}

func (truncatedEnd) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// slowReader reads one byte at a time, each after a pause.
type slowReader struct {
	ctx   context.Context
	from  io.Reader
	pause time.Duration
}

func (s *slowReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := wait(s.ctx, s.pause); err != nil {
		return 0, err
	}
	return s.from.Read(p[:1])
}

// refusedError returns the error of a dial to a closed port.
func refusedError() error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: loopback(), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// resetError returns the error of a connection that breaks before the response. It does
// not show whether the request was processed, like that of a real server.
func resetError() error {
	return &net.OpError{Op: "read", Net: "tcp", Addr: loopback(), Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

func loopback() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1984} }
