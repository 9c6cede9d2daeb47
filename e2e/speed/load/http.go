package load

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// connection is one caller's, kept open over all its requests. net/http's own
// client costs several times as much as what it would measure here.
type connection struct {
	net.Conn
	reader *bufio.Reader
	buffer []byte
	body   []byte
	seen   record
}

func dial(addr string) (*connection, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, reader: bufio.NewReaderSize(conn, 8<<10)}, nil
}

// post sends a request, head being all of it up to its length, and appends the
// answer's body to into.
func (c *connection) post(head []byte, body, into []byte) ([]byte, *http.Response, error) {
	c.buffer = append(append(c.buffer[:0], head...), "Content-Length: "...)
	c.buffer = append(strconv.AppendInt(c.buffer, int64(len(body)), 10), "\r\n\r\n"...)
	c.buffer = append(c.buffer, body...)
	if _, err := c.Write(c.buffer); err != nil {
		return into, nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return into, nil, err
	}
	answer := bytes.NewBuffer(into)
	_, err = answer.ReadFrom(response.Body)
	if err == nil && response.Close {
		err = fmt.Errorf("the connection is not kept: %s", response.Status)
	}
	return answer.Bytes(), response, err
}

// HTTP calls a server over Streamable HTTP. Each caller is a client with a
// session and a connection of its own.
type HTTP struct {
	calls   *Calls
	addr    string
	callers []*session
}

type session struct {
	*connection
	head []byte
}

// NewHTTP returns a client of the server at an address, that is without a
// session until Initialize.
func NewHTTP(calls *Calls, addr string) *HTTP { return &HTTP{calls: calls, addr: addr} }

func mcpHead(addr, extra string) []byte {
	return []byte("POST /mcp HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/json\r\n" +
		"Accept: application/json, text/event-stream\r\n" + extra)
}

// Initialize opens the first caller's session.
func (h *HTTP) Initialize() error {
	_, err := h.grow(1)
	return err
}

// grow returns n callers, opening the sessions of those that are new.
func (h *HTTP) grow(n int) ([]*session, error) {
	for len(h.callers) < n {
		opened, err := h.open()
		if err != nil {
			return nil, fmt.Errorf("initialize: %w", err)
		}
		h.callers = append(h.callers, opened)
	}
	return h.callers[:n], nil
}

func (h *HTTP) open() (*session, error) {
	conn, err := dial(h.addr)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	answer, response, err := conn.post(mcpHead(h.addr, ""), []byte(initialize), nil)
	if err != nil {
		return nil, err
	}
	if _, err := judgeControl(message(answer, response)); err != nil {
		return nil, err
	}
	extra := "Mcp-Protocol-Version: " + protocol + "\r\n"
	if id := response.Header.Get("Mcp-Session-Id"); id != "" {
		extra += "Mcp-Session-Id: " + id + "\r\n"
	}
	opened := &session{connection: conn, head: mcpHead(h.addr, extra)}
	if _, response, err = opened.post(opened.head, []byte(initialized), nil); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusAccepted {
		return nil, fmt.Errorf("notifications/initialized: %s", response.Status)
	}
	return opened, nil
}

// message is the JSON-RPC message of an answer.
func message(body []byte, response *http.Response) []byte {
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		return unframe(body)
	}
	return body
}

// ListTools returns the answer to tools/list.
func (h *HTTP) ListTools() ([]byte, error) {
	callers, err := h.grow(1)
	if err != nil {
		return nil, err
	}
	answer, response, err := callers[0].post(callers[0].head, []byte(listTools), nil)
	if err != nil {
		return nil, fmt.Errorf("tools/list: %w", err)
	}
	return judgeControl(message(answer, response))
}

// Prepare opens the sessions of as many callers before a run's clock starts.
func (h *HTTP) Prepare(callers int) error {
	_, err := h.grow(callers)
	return err
}

// Run implements [Runner].
func (h *HTTP) Run(bounds Bounds) (Result, error) {
	sessions, err := h.grow(bounds.Callers)
	if err != nil {
		return Result{}, err
	}
	connections := make([]*connection, len(sessions))
	for i, s := range sessions {
		connections[i] = s.connection
	}
	return drive(h.calls, connections, bounds, judgeFramed, func(caller int, call int64) error {
		s := sessions[caller]
		s.body = appendCall(s.body[:0], call)
		answers, response, err := s.post(s.head, s.body, s.seen.answers)
		s.seen.answers = answers
		if err == nil && response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %.500s", response.Status, answers)
		}
		return err
	})
}

// judgeFramed judges an answer that may have come as a stream of events.
func judgeFramed(answer []byte, call int64) (string, error) {
	if !bytes.HasPrefix(answer, []byte("{")) {
		answer = unframe(answer)
	}
	return judgeMCP(answer, call)
}

// Close closes every connection.
func (h *HTTP) Close() error {
	for _, caller := range h.callers {
		if err := caller.Conn.Close(); err != nil {
			return err
		}
	}
	return nil
}

// drive has a goroutine a connection make calls until a bound is met.
func drive(calls *Calls, connections []*connection, bounds Bounds, judge func([]byte, int64) (string, error), make func(caller int, call int64) error) (Result, error) {
	var callers errgroup.Group
	start := time.Now()
	stop := newStop(bounds, start)
	for i, conn := range connections {
		conn.seen.reset()
		if err := conn.SetDeadline(start.Add(bounds.Time + patience)); err != nil {
			return Result{}, err
		}
		callers.Go(func() error {
			for now := time.Now(); stop.another(now); {
				call := calls.last.Add(1)
				if err := make(i, call); err != nil {
					return fmt.Errorf("call %d: %w", call, err)
				}
				end := time.Now()
				conn.seen.end(call, end.Sub(now))
				now = end
			}
			return nil
		})
	}
	err := callers.Wait()
	elapsed := time.Since(start)
	if err != nil {
		return Result{}, err
	}
	records := []*record{}
	for _, conn := range connections {
		records = append(records, &conn.seen)
	}
	return result(records, elapsed, judge)
}

// Direct posts to the upstream, with no server between.
type Direct struct {
	calls   *Calls
	addr    string
	heads   [len(projects)][]byte
	callers []*connection
}

// NewDirect returns a client of the upstream at an address.
func NewDirect(calls *Calls, addr string) *Direct {
	d := &Direct{calls: calls, addr: addr}
	for i, id := range projects {
		d.heads[i] = []byte("POST /api/v1/sessions/" + id + "/insights HTTP/1.1\r\nHost: " + addr +
			"\r\nContent-Type: application/json\r\nX-Api-Key: lsv2_pt_speed\r\n")
	}
	return d
}

// Run implements [Runner].
func (d *Direct) Run(bounds Bounds) (Result, error) {
	for len(d.callers) < bounds.Callers {
		conn, err := dial(d.addr)
		if err != nil {
			return Result{}, err
		}
		d.callers = append(d.callers, conn)
	}
	return drive(d.calls, d.callers[:bounds.Callers], bounds, judgeUpstream, func(caller int, call int64) error {
		c := d.callers[caller]
		c.body = appendBody(c.body[:0], call)
		answers, response, err := c.post(d.heads[call%int64(len(projects))], c.body, c.seen.answers)
		c.seen.answers = answers
		if err == nil && response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %.500s", response.Status, answers)
		}
		return err
	})
}

// Close closes every connection.
func (d *Direct) Close() error {
	for _, conn := range d.callers {
		if err := conn.Conn.Close(); err != nil {
			return err
		}
	}
	return nil
}
