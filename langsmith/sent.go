package langsmith

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// notSentError says that a request failed before any of it left for LangSmith.
type notSentError struct{ err error }

func (e *notSentError) Error() string { return e.err.Error() }
func (e *notSentError) Unwrap() error { return e.err }

// neverSent reports whether a request failed before any of it could reach
// LangSmith.
func neverSent(err error) bool {
	var notSent *notSentError
	return errors.As(err, &notSent)
}

// connection watches whether one request was ever given a connection. Without
// one nothing of it was sent, whatever went wrong: the name, the proxy, the
// certificate, a timeout before the handshake ended.
type connection struct{ asked, got atomic.Bool }

func (c *connection) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	})
}

// judge marks an error of a request that was never sent.
func (c *connection) judge(err error) error {
	var dial *net.OpError
	switch {
	case c.got.Load():
		return err
	case c.asked.Load():
		return &notSentError{err}
	case errors.As(err, &dial) && dial.Op == "dial":
		// A transport that is not net/http's own tells nothing of connections.
		return &notSentError{err}
	}
	return err
}
