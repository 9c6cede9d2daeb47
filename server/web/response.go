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

// response is the answer to one request. It bounds every write in time, keeps
// event streams alive, and lets several goroutines write whole events.
type response struct {
	http.ResponseWriter
	control *http.ResponseController
	limits  *Limits

	mu        sync.Mutex
	status    int // 0 until the header is written
	written   int64
	unread    bool // the request has a body that nobody has read
	events    bool // the body is an event stream
	closed    bool
	reason    string // why the request was refused; of the goroutine that handles it
	keepAlive *time.Timer
}

// withResponse gives every request a [response].
func withResponse(limits Limits) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := &response{ResponseWriter: w, control: http.NewResponseController(w), limits: &limits}
			answer.extendDeadline() // a deadline may be left from the connection's last request
			if r.Body != http.NoBody {
				answer.unread = true
				_ = answer.control.SetReadDeadline(time.Now().Add(limits.BodyTime))
			}
			defer answer.close()
			next.ServeHTTP(answer, r)
		})
	}
}

// extendDeadline gives the client time to accept what is written next. Where the
// connection knows no deadlines, as in a test without one, there is none.
func (r *response) extendDeadline() {
	_ = r.control.SetWriteDeadline(time.Now().Add(r.limits.WriteTime))
}

// Unwrap lets [http.ResponseController] through.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader sends the header once. A second one is ignored: an event may
// have started the answer that its writer believes to begin.
func (r *response) WriteHeader(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start(status)
}

func (r *response) start(status int) {
	if r.status != 0 || r.closed {
		return
	}
	r.status = status
	if r.unread && status >= http.StatusBadRequest {
		// Or net/http waits for the rest of the body before it answers.
		r.Header().Set("Connection", "close")
	}
	if r.Header().Get("Content-Type") == eventStream {
		r.events = true
		r.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
		r.keepAlive = time.AfterFunc(r.limits.Quiet, r.writeKeepAlive)
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the body, or a whole event.
func (r *response) Write(data []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write(data)
}

func (r *response) write(data []byte) (int, error) {
	if r.closed {
		return 0, errAnswered
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

func (r *response) flush() error {
	if r.closed {
		return errAnswered
	}
	r.start(http.StatusOK)
	r.extendDeadline()
	return r.control.Flush()
}

const eventStream = "text/event-stream"

var (
	errAnswered = errors.New("the request has been answered")
	errNoStream = errors.New("the answer is no event stream")
)

// sendEvent writes a message as an event, and makes the answer an event stream
// where it has not begun.
func (r *response) sendEvent(message []byte) error { return r.event("message", message) }

// startEvents makes the answer an event stream and sends its header.
func (r *response) startEvents() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.setEventHeader()
	_ = r.flush() // net/http ends the request's context where the client is gone
}

func (r *response) setEventHeader() {
	r.Header().Set("Content-Type", eventStream)
	r.Header().Set("Cache-Control", "no-cache")
}

func (r *response) event(kind string, data []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errAnswered
	case r.status != 0 && !r.events:
		return errNoStream
	case r.status == 0:
		r.setEventHeader()
	}
	return r.writeEvent(kind, data)
}

// respond answers a message: as the last event of a stream that has begun, as JSON
// with the status otherwise. Where the client is gone, it goes nowhere.
func (r *response) respond(status int, response jsonrpc.Response) {
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

func (r *response) writeEvent(kind string, data []byte) error {
	if _, err := r.write(fmt.Appendf(nil, "event: %s\ndata: %s\n\n", kind, data)); err != nil {
		return err
	}
	return r.flush()
}

// writeKeepAlive writes a comment, which every reader of event streams skips.
func (r *response) writeKeepAlive() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.write([]byte(": still here\n\n")); err == nil {
		_ = r.flush()
	}
}

// bodyRead notes that the request's body has arrived. It is read without a
// deadline from here on: net/http goes on reading, to notice a client that
// leaves, and would take a deadline's end for that.
func (r *response) bodyRead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = false
	_ = r.control.SetReadDeadline(time.Time{})
}

// close ends the answer: what is said later is lost, as nobody listens.
func (r *response) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.keepAlive != nil {
		r.keepAlive.Stop()
	}
}

// statusAndSize returns what was answered.
func (r *response) statusAndSize() (status int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		return http.StatusOK, 0 // what net/http sends for nothing
	}
	return r.status, r.written
}

// responseOf finds the response below whatever wraps it. Every request is given one
// before anything else sees it.
func responseOf(w http.ResponseWriter) *response {
	for {
		switch at := w.(type) {
		case *response:
			return at
		case interface{ Unwrap() http.ResponseWriter }:
			w = at.Unwrap()
		default:
			panic("a request came around the middleware")
		}
	}
}
