package jsonrpc

import (
	"context"
	"errors"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// maxCalls bounds the requests of one client whose responses are not written yet. Each has a
// goroutine and its message.
const maxCalls = 1000

// errCancelled is the cause of a cancellation by the client.
var errCancelled = errors.New("cancelled by the client")

// Calls are the requests in flight, by id, of a client that has one stream for all its
// responses. The zero value has none.
//
// mcp-go has such a list too, but adds a call only when the call's goroutine runs, so that
// an immediate cancellation may be lost.
type Calls struct {
	mu      sync.Mutex
	byID    map[string]*Call // by the bytes of the id, so that 7 is not "7"
	running int              // the calls in byID, and those whose response is being written
	closed  bool
	waiting sync.WaitGroup
}

// Call is a request in flight.
type Call struct {
	Context context.Context // done when the call is cancelled
	cancel  context.CancelCauseFunc
	calls   *Calls
	id      string
}

// Begin registers a request, before the next message is read. The caller must call End when
// the response is written.
func (c *Calls) Begin(ctx context.Context, id jsontext.Value) (*Call, *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, taken := c.byID[string(id)]
	switch {
	case taken:
		return nil, &Error{mcp.INVALID_REQUEST, "a request with this id is still in progress"}
	case c.running >= maxCalls:
		return nil, &Error{mcp.INTERNAL_ERROR, "too many requests are in progress; try again when some have ended"}
	case c.closed:
		return nil, &Error{mcp.INTERNAL_ERROR, "no further requests are accepted"}
	}
	call := &Call{calls: c, id: string(id)}
	call.Context, call.cancel = context.WithCancelCause(ctx)
	if c.byID == nil {
		c.byID = map[string]*Call{}
	}
	c.byID[call.id] = call
	c.running++
	c.waiting.Add(1)
	return call, nil
}

// Finish records that the call has its response, so that the client may reuse the id. It
// reports whether the response is to be sent, that is, whether the client has not cancelled
// the call.
func (c *Call) Finish() bool {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	if c.calls.byID[c.id] == c {
		delete(c.calls.byID, c.id)
	}
	return !errors.Is(context.Cause(c.Context), errCancelled)
}

// End ends a call.
func (c *Call) End() {
	c.Finish()
	c.cancel(nil)
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	c.calls.running--
	c.calls.waiting.Done()
}

// Cancel cancels a call for its client.
func (c *Calls) Cancel(id jsontext.Value) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if call := c.byID[string(id)]; call != nil {
		call.cancel(errCancelled)
	}
}

// Close refuses further calls.
func (c *Calls) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

// CancelAll cancels the calls. Their responses are still sent.
func (c *Calls) CancelAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range c.byID {
		call.cancel(nil)
	}
}

// Wait returns when no call is running, or ctx is done. Its calls must be closed.
func (c *Calls) Wait(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		c.waiting.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
