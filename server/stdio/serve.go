package stdio

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/jsonrpc"
)

// Options configure [Serve].
type Options struct {
	Logger zerolog.Logger

	// Extension handles requests that mcp-go does not know; nil for none.
	Extension jsonrpc.Extension

	// Ending is called when the shutdown begins: after the last request, or when the
	// context is done. Waiting calls should return their current state.
	Ending func()

	// Grace is how long calls in flight may take during the shutdown.
	Grace time.Duration
}

// unwindTime is how long cancelled calls may take to return.
const unwindTime = 50 * time.Millisecond

// Serve serves a client until its input ends or ctx is done, and then returns nil; or until
// writing fails, and then returns the error. If reading in cannot be interrupted, as on a
// terminal, a goroutine reads one more message after Serve has returned.
func Serve(ctx context.Context, server *mcpserver.MCPServer, in io.Reader, out io.Writer, options Options) error {
	// Requests may outlive ctx by the grace.
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	c := &connection{handler: jsonrpc.Handler{MCP: server, Extension: options.Extension, Logger: options.Logger}, ctx: requests, out: out, broken: make(chan struct{}), refusals: make(chan struct{}, maxRefusals)}
	c.session = jsonrpc.NewSession("stdio-"+uuid.NewString(), &c.pending, c.write)
	unregister, err := c.session.Register(ctx, server)
	if err != nil {
		return err
	}
	defer unregister()
	go c.session.Forward(requests) // not waited for: the client may have stopped reading

	read := make(chan error, 1)
	go func() { read <- readLines(in, c.receive) }()
	select {
	case <-ctx.Done():
	case <-c.broken:
	case err = <-read:
	}
	c.ending.Store(true)
	c.calls.Close()
	if err == nil {
		err = c.writeError()
	}
	if options.Ending != nil {
		options.Ending()
	}
	c.waitForCalls(options.Grace)
	return err
}

// connection is the connection of one client.
type connection struct {
	handler jsonrpc.Handler
	session *jsonrpc.Session
	pending jsonrpc.PendingRequests
	calls   jsonrpc.Calls
	ctx     context.Context // of the requests
	ending  atomic.Bool

	refusals chan struct{} // an element for each refusal that is being written

	writing sync.Mutex
	out     io.Writer
	failure atomic.Pointer[error] // the error of the first failed write
	broken  chan struct{}         // closed by a failed write
}

// receive handles a line, nil for one that is too long. It reports whether the next line is
// to be read.
func (c *connection) receive(line []byte) bool {
	if c.ending.Load() {
		return false
	}
	c.handle(line)
	return c.writeError() == nil
}

func (c *connection) handle(line []byte) {
	if line == nil {
		c.refuse(&jsonrpc.Message{}, &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: "the message is too long"})
		return
	}
	if len(jsonrpc.Trim(line)) == 0 {
		return
	}
	message, problem := jsonrpc.Read(line)
	switch {
	case problem != nil:
		c.refuse(message, problem)
	case message.IsResponse():
		c.pending.Resolve(c.session.SessionID(), message) // a response that no call waits for is dropped
	case message.Method == string(mcp.MethodNotificationCancelled):
		c.calls.Cancel(message.Params["requestId"])
	case message.ID == nil:
		c.handler.Handle(c.ctx, c.session, message)
	default:
		call, problem := c.calls.Begin(c.ctx, message.ID)
		if problem != nil {
			c.handler.Logger.Warn().Msg("a request was refused: " + problem.Message)
			c.refuse(message, problem)
			return
		}
		go func() {
			defer call.End()
			if response := c.handler.Handle(call.Context, c.session, message); call.Finish() {
				c.respond(response)
			}
		}()
	}
}

// maxRefusals bounds the refusals that are not written yet.
const maxRefusals = 1000

// refuse refuses a message. It does not wait for the client to read, unless there are
// maxRefusals others: reading must continue, to notice the end of the input.
func (c *connection) refuse(message *jsonrpc.Message, problem *jsonrpc.Error) {
	c.refusals <- struct{}{}
	go func() {
		defer func() { <-c.refusals }()
		c.respond(problem.Response(message.ID))
	}()
}

func (c *connection) respond(response jsonrpc.Response) {
	if err := c.write(response.Data); err != nil {
		c.handler.Logger.Error().Err(err).Msg("cannot write to the client")
	}
}

// write writes one message on a line. After a failed write it writes nothing more, because
// half a message may have been sent.
func (c *connection) write(message []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.writeError(); err != nil {
		return err
	}
	if _, err := c.out.Write(append(message, '\n')); err != nil {
		c.failure.Store(&err)
		close(c.broken)
		return err
	}
	return nil
}

// writeError returns the error of the first failed write. It does not wait for a write in
// progress: a client may send requests before it reads responses.
func (c *connection) writeError() error {
	if err := c.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// waitForCalls waits for the calls in flight for a bounded time, then cancels them.
func (c *connection) waitForCalls(grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), grace)
	defer cancel()
	c.calls.Wait(ctx)
	c.waitForRefusals(ctx)
	c.calls.CancelAll()
	unwinding, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), unwindTime)
	defer cancel()
	c.calls.Wait(unwinding)
}

// waitForRefusals returns when every refusal is written, or ctx is done.
func (c *connection) waitForRefusals(ctx context.Context) {
	for range maxRefusals {
		select {
		case c.refusals <- struct{}{}: // no refusal is added, because reading has ended
		case <-ctx.Done():
			return
		}
	}
}
