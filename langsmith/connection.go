package langsmith

import (
	"context"
	"errors"
	"fmt"
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

// connections watches which connections one request is given. Without one
// nothing of it was sent, whatever went wrong: the name, the proxy, the
// certificate, a timeout before the handshake ended.
type connections struct {
	asked atomic.Bool
	got   atomic.Int32
}

// mostConnections bounds how often net/http may move a request without a body
// to another connection by itself. It has to where idle ones turn out to be
// closed, but over HTTP/2 it never stops, hundreds of times a second.
const mostConnections = 8

var errConnectionsBreak = fmt.Errorf("%d connections broke one after the other", mostConnections)

// watch returns the context for the request, which it cancels where connections
// go on breaking.
func (c *connections) watch(ctx context.Context, cancel context.CancelCauseFunc) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			if c.got.Add(1) > mostConnections {
				cancel(errConnectionsBreak)
			}
		},
	})
}

// judge marks an error of a request that was never sent.
func (c *connections) judge(err error) error {
	var dial *net.OpError
	switch {
	case c.got.Load() > 0:
		return err
	case c.asked.Load():
		return &notSentError{err}
	case errors.As(err, &dial) && dial.Op == "dial":
		// A transport that is not net/http's own tells nothing of connections.
		return &notSentError{err}
	}
	return err
}
