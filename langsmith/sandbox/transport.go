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

// RoundTripper gives a transport that calls the sandbox in the caller's
// goroutine, without sockets. It honours the request's context, works inside
// testing/synctest bubbles, and turns dropped connections into the errors that
// net/http's transport gives.
func (s *Sandbox) RoundTripper() http.RoundTripper { return roundTripper{s} }

type roundTripper struct{ s *Sandbox }

func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	req, fits, err := readRequest(r)
	if r.Body != nil {
		_ = r.Body.Close() // a transport must close the body; nothing to do about its error
	}
	if err != nil {
		return nil, fmt.Errorf("reading the request's body: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !fits {
		return response(r, &delivery{answer: tooLargeAnswer()}), nil
	}
	d, err := t.s.exchange(ctx, req)
	if err != nil {
		return nil, err
	}
	// The request has had its effect, even where its caller has left.
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return response(r, d), nil
}

func response(r *http.Request, d *delivery) *http.Response {
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

// truncatedEnd is the end of a body that its Content-Length had promised longer.
type truncatedEnd struct{}

func (truncatedEnd) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// slowReader gives one byte at a time.
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

// refusedError is what a dial to a closed port gives: surely nothing was sent.
func refusedError() error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: loopback(), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// resetError is what a connection gives that breaks before the answer. It looks the
// same whether the request was processed or not, as it does with a real server.
func resetError() error {
	return &net.OpError{Op: "read", Net: "tcp", Addr: loopback(), Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

func loopback() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1984} }
