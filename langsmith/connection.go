package langsmith

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// notSentError marks a request that failed before any part of it was sent.
type notSentError struct{ err error }

func (e *notSentError) Error() string { return e.err.Error() }
func (e *notSentError) Unwrap() error { return e.err }

// wasNotSent reports whether a request failed before any part of it was sent.
func wasNotSent(err error) bool {
	var notSent *notSentError
	return errors.As(err, &notSent)
}

// connectionTracker counts the connections that net/http uses for one request. A
// request without a connection was not sent, whatever failed: the name lookup, the
// proxy, the certificate, or a timeout before the end of the handshake.
type connectionTracker struct {
	requested atomic.Bool
	obtained  atomic.Int32
}

// maxConnections bounds how often net/http itself may retry a request without a body
// on another connection. It must retry where an idle connection was closed, but over
// HTTP/2 it retries without end, hundreds of times a second.
const maxConnections = 8

var errConnectionsBreak = fmt.Errorf("%d connections broke one after the other", maxConnections)

// trace returns a context that counts the request's connections, and cancels the
// request beyond maxConnections.
func (c *connectionTracker) trace(ctx context.Context, cancel context.CancelCauseFunc) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.requested.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			if c.obtained.Add(1) > maxConnections {
				cancel(errConnectionsBreak)
			}
		},
	})
}

// markNotSent wraps the error of a request that was not sent in a notSentError.
func (c *connectionTracker) markNotSent(err error) error {
	var dial *net.OpError
	switch {
	case c.obtained.Load() > 0:
		return err
	case c.requested.Load():
		return &notSentError{err}
	case errors.As(err, &dial) && dial.Op == "dial":
		// A transport other than net/http's does not report its connections.
		return &notSentError{err}
	}
	return err
}
