package jsonrpc

import (
	"context"
	"errors"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// maxCalls bounds the requests of one client that are being answered, until their
// responses are written; each takes a goroutine and its message.
const maxCalls = 1000

// errCancelled is the cause of a call's end that its client asked for.
var errCancelled = errors.New("cancelled by the client")

// Calls are the requests that are being answered of a client that has one stream for
// all its responses, by id. The zero value has none.
//
// mcp-go keeps such a list too; but it knows a call only once the call's goroutine
// runs, so that a cancellation that follows at once may be lost.
type Calls struct {
	mu      sync.Mutex
	byID    map[string]*Call // as ids stand on the wire, so that 7 is not "7"
	running int              // those in byID, and those whose response is being written
	closed  bool
	waiting sync.WaitGroup
}

// Call is a request that is being answered.
type Call struct {
	Context context.Context // done when the call is cancelled
	cancel  context.CancelCauseFunc
	calls   *Calls
	id      string
}

// Begin makes a request known, before the next message is read. The call's End must
// be called when its response is written.
func (c *Calls) Begin(ctx context.Context, id jsontext.Value) (*Call, *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, taken := c.byID[string(id)]
	switch {
	case taken:
		return nil, &Error{mcp.INVALID_REQUEST, "a request with this id is still being answered"}
	case c.running >= maxCalls:
		return nil, &Error{mcp.INTERNAL_ERROR, "too many requests are being answered; try again when some are done"}
	case c.closed:
		return nil, &Error{mcp.INTERNAL_ERROR, "no further requests are answered here"}
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

// Finish is for a call that has its response: the client may use the id again. It
// reports whether the client wants the response, which is not so when it cancelled.
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

// Cancel cancels a call on its client's behalf.
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

// CancelAll ends the calls; their responses are still written.
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
