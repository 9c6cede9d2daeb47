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

// Options tune a [Serve].
type Options struct {
	Logger zerolog.Logger

	// Extension answers requests that mcp-go does not know; nil for none.
	Extension jsonrpc.Extension

	// Ending is called once no further request will come, or when the context
	// is done: calls that wait for something should answer with what they have.
	Ending func()

	// Grace is how long calls in flight may still take after that.
	Grace time.Duration
}

// unwindTime is how long calls that were ended have to notice.
const unwindTime = 50 * time.Millisecond

// Serve answers a client until its input ends or the context is done, and
// returns nil for both, or until it cannot be written to. The reading of in may outlast the call by one message
// where in cannot be interrupted, as a terminal cannot.
func Serve(ctx context.Context, server *mcpserver.MCPServer, in io.Reader, out io.Writer, options Options) error {
	// Requests outlive ctx by the grace.
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	c := &connection{handler: jsonrpc.Handler{MCP: server, Extension: options.Extension, Logger: options.Logger}, ctx: requests, out: out, broken: make(chan struct{}), refusals: make(chan struct{}, maxRefusals)}
	c.session = jsonrpc.NewSession("stdio-"+uuid.NewString(), &c.pending, c.write)
	unregister, err := c.session.Register(ctx, server)
	if err != nil {
		return err
	}
	defer unregister()
	go c.session.Forward(requests) // nobody waits for it: a client may have stopped reading

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

// connection is one client being served.
type connection struct {
	handler jsonrpc.Handler
	session *jsonrpc.Session
	pending jsonrpc.PendingRequests
	calls   jsonrpc.Calls
	ctx     context.Context // of the requests
	ending  atomic.Bool

	refusals chan struct{} // one for each that is being written

	writing sync.Mutex
	out     io.Writer
	failure atomic.Pointer[error] // of the first write that failed
	broken  chan struct{}         // closed by it
}

// receive handles a line, nil for one that is too long. It returns false when no
// other is wanted.
func (c *connection) receive(line []byte) bool {
	if c.ending.Load() {
		return false
	}
	c.handle(line)
	return c.writeError() == nil
}

func (c *connection) handle(line []byte) {
	if line == nil {
		c.refuse(jsonrpc.Message{}, &jsonrpc.Error{Code: mcp.INVALID_REQUEST, Message: "the message is too long"})
		return
	}
	if len(jsonrpc.Trim(line)) == 0 {
		return
	}
	message, problem := jsonrpc.Read(line)
	switch {
	case problem != nil:
		c.refuse(message, problem)
	case message.IsAnswer():
		c.pending.Resolve(c.session.SessionID(), message) // one that nobody waits for is dropped
	case message.Method == string(mcp.MethodNotificationCancelled):
		c.calls.Cancel(message.Params["requestId"])
	case message.ID == nil:
		c.handler.Handle(c.ctx, c.session, message)
	default:
		call, problem := c.calls.Begin(c.ctx, message.ID)
		if problem != nil {
			c.handler.Logger.Warn().Msg("a request is refused: " + problem.Message)
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

// maxRefusals bounds the refusals that wait for the client to read.
const maxRefusals = 1000

// refuse answers a message that is not accepted. It waits for the client only
// behind many others: reading must go on, or the end of the input is not seen.
func (c *connection) refuse(message jsonrpc.Message, problem *jsonrpc.Error) {
	c.refusals <- struct{}{}
	go func() {
		defer func() { <-c.refusals }()
		c.respond(problem.Response(message.ID))
	}()
}

func (c *connection) respond(response jsonrpc.Response) {
	if err := c.write(response.Data); err != nil {
		c.handler.Logger.Error().Err(err).Msg("the client cannot be written to")
	}
}

// write writes one message on a line. After a failure nothing more is written:
// half a message may be on the wire.
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

// writeError returns why nothing is written any longer. It waits for no write that
// is under way: a client may send requests before it reads answers.
func (c *connection) writeError() error {
	if err := c.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// waitForCalls lets the calls in flight answer for a bounded time, then ends them.
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
		case c.refusals <- struct{}{}: // nothing further is read, so that no other takes it
		case <-ctx.Done():
			return
		}
	}
}
