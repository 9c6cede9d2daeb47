package load

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// connection is the HTTP connection of one caller, kept open over all requests. The client
// of net/http takes several times as much processor time as what is measured.
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

// renew dials again: servers close idle connections between two runs, Node after 5 s.
func (c *connection) renew(deadline time.Time) error {
	conn, err := net.Dial(c.RemoteAddr().Network(), c.RemoteAddr().String())
	if err != nil {
		return err
	}
	_ = c.Conn.Close() // it has no request in flight
	c.Conn = conn
	c.reader.Reset(conn)
	c.seen.reset()
	return c.SetDeadline(deadline)
}

// post sends a request and appends the response's body to into. head is the request up to
// its Content-Length.
func (c *connection) post(head, body, into []byte) ([]byte, *http.Response, error) {
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
	if _, err = answer.ReadFrom(response.Body); err != nil {
		return into, nil, err
	}
	if response.Close {
		return into, nil, fmt.Errorf("the connection is not kept: %s", response.Status)
	}
	return answer.Bytes(), response, nil
}

// call sends a call and keeps its response.
func (c *connection) call(head, body []byte) error {
	from := len(c.seen.answers)
	answers, response, err := c.post(head, body, c.seen.answers)
	if err != nil {
		return err
	}
	c.seen.answers = answers
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %.500s", response.Status, answers[from:])
	}
	return nil
}

// runConnections runs a goroutine per connection until a bound is reached.
func runConnections(calls *Calls, connections []*connection, bounds Bounds, verify func([]byte, int64) (string, error), send func(caller int, call int64) error) (Result, error) {
	deadline := time.Now().Add(bounds.Time + extraTime)
	for _, conn := range connections {
		if err := conn.renew(deadline); err != nil {
			return Result{}, err
		}
	}
	var callers errgroup.Group
	start := time.Now()
	stop := newLimiter(bounds, start)
	for i, conn := range connections {
		callers.Go(func() error {
			for now := time.Now(); stop.next(now); {
				call := calls.last.Add(1)
				if err := send(i, call); err != nil {
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
	records := make([]*record, len(connections))
	for i, conn := range connections {
		records[i] = &conn.seen
	}
	return joinRecords(records, elapsed, verify)
}
