package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"langsmith-insights-mcp/server/jsonrpc"
)

// responseWriter writes the response to one request. It bounds the time of each write,
// keeps event streams alive, and is safe for goroutines that write whole events.
type responseWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	limits  *Limits

	mu        sync.Mutex
	status    int // 0 until the header is sent
	written   int64
	unread    bool // the request's body has not been read
	events    bool // the body is an event stream
	closed    bool
	reason    string // why the request was refused; used only by the goroutine that handles it
	keepAlive *time.Timer
}

// withResponseWriter is middleware that gives every request a [responseWriter].
func withResponseWriter(limits Limits) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			writer := &responseWriter{ResponseWriter: w, control: http.NewResponseController(w), limits: &limits}
			writer.extendDeadline() // the connection may have the deadline of its last request
			if r.Body != http.NoBody {
				writer.unread = true
				_ = writer.control.SetReadDeadline(time.Now().Add(limits.BodyTime))
			}
			defer writer.close()
			next.ServeHTTP(writer, r)
		})
	}
}

// extendDeadline gives the client time to accept the next write. A connection of a test may
// have no deadlines.
func (r *responseWriter) extendDeadline() {
	_ = r.control.SetWriteDeadline(time.Now().Add(r.limits.WriteTime))
}

// Unwrap returns the underlying writer, for [http.ResponseController].
func (r *responseWriter) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader sends the header. It ignores a second call: an event may have started the
// response before the handler does.
func (r *responseWriter) WriteHeader(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start(status)
}

func (r *responseWriter) start(status int) {
	if r.status != 0 || r.closed {
		return
	}
	r.status = status
	if r.unread && status >= http.StatusBadRequest {
		// Otherwise net/http reads the rest of the body before it responds.
		r.Header().Set("Connection", "close")
	}
	if r.Header().Get("Content-Type") == eventStream {
		r.events = true
		r.Header().Set("X-Accel-Buffering", "no") // otherwise nginx buffers events
		r.keepAlive = time.AfterFunc(r.limits.Quiet, r.writeKeepAlive)
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the body, or a whole event.
func (r *responseWriter) Write(data []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write(data)
}

func (r *responseWriter) write(data []byte) (int, error) {
	if r.closed {
		return 0, errEnded
	}
	r.start(http.StatusOK)
	r.extendDeadline()
	if r.keepAlive != nil {
		r.keepAlive.Reset(r.limits.Quiet)
	}
	n, err := r.ResponseWriter.Write(data)
	r.written += int64(n)
	return n, err
}

func (r *responseWriter) flush() error {
	if r.closed {
		return errEnded
	}
	r.start(http.StatusOK)
	r.extendDeadline()
	return r.control.Flush()
}

const eventStream = "text/event-stream"

var (
	errEnded    = errors.New("the response has ended")
	errNoStream = errors.New("the response is not an event stream")
)

// sendEvent writes a message as an event. It makes a response that has not begun an event
// stream.
func (r *responseWriter) sendEvent(message []byte) error { return r.event("message", message) }

// startEvents makes the response an event stream and sends its header.
func (r *responseWriter) startEvents() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.setEventHeader()
	_ = r.flush() // net/http cancels the request's context if the client is gone
}

func (r *responseWriter) setEventHeader() {
	r.Header().Set("Content-Type", eventStream)
	r.Header().Set("Cache-Control", "no-cache")
}

func (r *responseWriter) event(kind string, data []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errEnded
	case r.status != 0 && !r.events:
		return errNoStream
	case r.status == 0:
		r.setEventHeader()
	}
	return r.writeEvent(kind, data)
}

// respond writes the response to a message: as the last event of an event stream that has
// begun, else as JSON with the status. It is dropped if the client is gone.
func (r *responseWriter) respond(status int, response jsonrpc.Response) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.events && response.Data != nil:
		_ = r.writeEvent("message", response.Data)
	case r.events:
	case response.Data == nil:
		r.start(http.StatusAccepted)
	default:
		header := r.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Content-Length", strconv.Itoa(len(response.Data)))
		r.start(status)
		_, _ = r.write(response.Data)
	}
}

func (r *responseWriter) writeEvent(kind string, data []byte) error {
	if _, err := r.write(fmt.Appendf(nil, "event: %s\ndata: %s\n\n", kind, data)); err != nil {
		return err
	}
	return r.flush()
}

// writeKeepAlive writes a comment, which readers of event streams ignore.
func (r *responseWriter) writeKeepAlive() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.write([]byte(": still here\n\n")); err == nil {
		_ = r.flush()
	}
}

// endBodyRead records that the request's body has been read, and removes the read deadline.
// net/http continues to read, to notice when the client disconnects, and takes an expired
// deadline for that.
func (r *responseWriter) endBodyRead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = false
	_ = r.control.SetReadDeadline(time.Time{})
}

// close ends the response. Later writes fail.
func (r *responseWriter) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.keepAlive != nil {
		r.keepAlive.Stop()
	}
}

// statusAndSize returns the response's status and the size of its body.
func (r *responseWriter) statusAndSize() (status int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		return http.StatusOK, 0 // net/http sends it if nothing is written
	}
	return r.status, r.written
}

// writerOf returns the [responseWriter] that w is or wraps. [withResponseWriter] is the
// outermost middleware, so that there is one.
func writerOf(w http.ResponseWriter) *responseWriter {
	for {
		switch at := w.(type) {
		case *responseWriter:
			return at
		case interface{ Unwrap() http.ResponseWriter }:
			w = at.Unwrap()
		default:
			panic("a request bypassed the middleware")
		}
	}
}
