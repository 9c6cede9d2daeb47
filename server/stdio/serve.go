package stdio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/envelope"
	"langsmith-insights-mcp/server/stack"
)

// Options tune a [Serve].
type Options struct {
	Logger zerolog.Logger

	// Ending is called once no further request will come, or when the context
	// is done: calls that wait for something should answer with what they have.
	Ending func()

	// Lighten keeps the arguments of tools from mcp-go, for servers whose tools
	// read them with [envelope.Arguments].
	Lighten bool

	// Grace is how long calls in flight may still take after that.
	Grace time.Duration
}

// mostInFlight bounds the requests that are being answered at one time, until
// their answers are written; each takes a goroutine and its message.
const mostInFlight = 1000

// Serve answers a client until its input ends or the context is done, and
// returns nil for both. The reading of in may outlast the call by one message
// where in cannot be interrupted, as a terminal cannot.
func Serve(ctx context.Context, server *mcpserver.MCPServer, in io.Reader, out io.Writer, options Options) error {
	session := newSession(out)
	if err := server.RegisterSession(ctx, session); err != nil {
		return err
	}
	defer server.UnregisterSession(context.WithoutCancel(ctx), session.SessionID())

	// The requests' own context outlives ctx by the grace.
	requests, cancel := context.WithCancel(server.WithContext(context.WithoutCancel(ctx), session))
	defer cancel()
	c := &connection{
		server: server, session: session, logger: options.Logger, lighten: options.Lighten,
		ctx: requests, inFlight: map[string]context.CancelFunc{},
	}
	stopNotifications := session.forwardNotifications()
	defer stopNotifications()

	read := make(chan error, 1)
	go func() {
		stack.Grow()
		read <- eachLine(in, c.receive)
	}()
	var err error
	select {
	case <-ctx.Done():
	case err = <-read:
	}
	if c.stop(); err == nil {
		err = session.failed()
	}
	if options.Ending != nil {
		options.Ending()
	}
	c.finish(options.Grace)
	return err
}

// connection is one client being served.
type connection struct {
	server  *mcpserver.MCPServer
	session *session
	logger  zerolog.Logger
	lighten bool
	ctx     context.Context

	calls    sync.WaitGroup
	mu       sync.Mutex
	inFlight map[string]context.CancelFunc // by the id as it stands on the wire, so 7 is not "7"
	running  int                           // those in flight, and those whose answer is being written
	stopped  bool
}

// receive takes a message, nil for one that is too long. It returns false when
// no other is wanted.
func (c *connection) receive(line []byte) bool {
	if c.isStopped() {
		return false
	}
	c.handOn(line)
	return c.session.failed() == nil
}

func (c *connection) handOn(line []byte) {
	if line == nil {
		c.refuse(nil, mcp.INVALID_REQUEST, "the message is too long")
		return
	}
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return
	}
	message, err := envelope.Open(line)
	if err != nil && !errors.Is(err, envelope.ErrNotObject) {
		c.refuse(nil, mcp.PARSE_ERROR, "not a JSON-RPC message: "+err.Error())
		return
	}
	switch {
	case message.IsAnswer():
		c.session.deliver(message.ID, line)
	case message.Method == "":
		c.refuse(message.ID, mcp.INVALID_REQUEST, "neither a request nor the answer to one")
	case message.Method == string(mcp.MethodNotificationCancelled):
		c.cancel(message.Params["requestId"])
	case !message.HasID():
		c.server.HandleMessage(c.ctx, line)
	default:
		c.answer(message, line)
	}
}

// answer starts a request on a goroutine of its own. It is known as in flight
// before the next message is read, so that no cancellation can overtake it.
func (c *connection) answer(message envelope.Message, line json.RawMessage) {
	key := string(message.ID)
	ctx, cancel := context.WithCancel(c.ctx)
	if why := c.begin(key, cancel); why != nil {
		cancel()
		c.logger.Warn().Msg("a request is refused: " + why.text)
		c.refuse(message.ID, why.code, why.text)
		return
	}
	go func() {
		stack.Grow()
		defer c.calls.Done()
		defer cancel()
		response := c.handle(ctx, message, line)
		c.mu.Lock()
		delete(c.inFlight, key)
		c.mu.Unlock()
		// A client that cancelled a request expects no answer to it.
		if response != nil && (ctx.Err() == nil || c.ctx.Err() != nil) {
			c.write(response)
		}
		c.mu.Lock()
		c.running--
		c.mu.Unlock()
	}()
}

// refusal is why a request is not even begun.
type refusal struct {
	code int
	text string
}

var (
	idTaken  = &refusal{mcp.INVALID_REQUEST, "a request with this id is still being answered"}
	tooMany  = &refusal{mcp.INTERNAL_ERROR, "too many requests are being answered; try again when some are done"}
	isEnding = &refusal{mcp.INTERNAL_ERROR, "the server is ending"}
)

// begin counts a request as in flight.
func (c *connection) begin(key string, cancel context.CancelFunc) *refusal {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, taken := c.inFlight[key]
	switch {
	case taken:
		return idTaken
	case c.running >= mostInFlight:
		return tooMany
	case c.stopped:
		return isEnding
	}
	c.inFlight[key] = cancel
	c.running++
	c.calls.Add(1)
	return nil
}

// stop has nothing begin from now on.
func (c *connection) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
}

func (c *connection) isStopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// handle has mcp-go answer a request; a panic costs that request alone.
func (c *connection) handle(ctx context.Context, message envelope.Message, line json.RawMessage) (response any) {
	defer func() {
		if cause := recover(); cause != nil {
			c.logger.Error().Interface("panic", cause).Stack().Msg("a request panicked")
			response = errorResponse(message.ID, mcp.INTERNAL_ERROR, "internal error")
		}
	}()
	if c.lighten {
		ctx, line = message.Lighten(ctx, line)
	}
	if answer := c.server.HandleMessage(ctx, line); answer != nil {
		return answer
	}
	return nil
}

func (c *connection) cancel(id json.RawMessage) {
	c.mu.Lock()
	cancel := c.inFlight[string(id)]
	c.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

func (c *connection) refuse(id json.RawMessage, code int, text string) {
	c.write(errorResponse(id, code, text))
}

func (c *connection) write(message any) {
	if err := c.session.write(message); err != nil {
		c.logger.Error().Err(err).Msg("the client cannot be written to")
	}
}

// finish lets the calls in flight answer for a bounded time, then ends them.
func (c *connection) finish(grace time.Duration) {
	done := make(chan struct{})
	go func() {
		c.calls.Wait()
		close(done)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-timer.C:
	}
	c.mu.Lock()
	for _, cancel := range c.inFlight {
		cancel()
	}
	c.mu.Unlock()
	timer.Reset(goodbye)
	select {
	case <-done:
	case <-timer.C:
	}
}

// goodbye is how long calls that were ended have to notice.
const goodbye = 50 * time.Millisecond

func errorResponse(id json.RawMessage, code int, text string) any {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	return map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION,
		"id":      id,
		"error":   map[string]any{"code": code, "message": text},
	}
}
