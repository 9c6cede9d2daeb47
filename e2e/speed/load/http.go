package load

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// HTTP calls a server over Streamable HTTP. Each caller is a client with its own session
// and connection.
type HTTP struct {
	calls   *Calls
	addr    string
	callers []*session
}

type session struct {
	*connection
	head []byte
}

// NewHTTP returns a client of the server at an address. It has no session before
// Initialize.
func NewHTTP(calls *Calls, addr string) *HTTP { return &HTTP{calls: calls, addr: addr} }

func newMCPHead(addr, extra string) []byte {
	return []byte("POST /mcp HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/json\r\n" +
		"Accept: application/json, text/event-stream\r\n" + extra)
}

// Initialize opens the first caller's session.
func (h *HTTP) Initialize() error {
	_, err := h.addSessions(1)
	return err
}

// addSessions returns n callers and opens the missing sessions.
func (h *HTTP) addSessions(n int) ([]*session, error) {
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
	if err := conn.SetDeadline(time.Now().Add(extraTime)); err != nil {
		return nil, err
	}
	answer, response, err := conn.post(newMCPHead(h.addr, ""), []byte(initialize), nil)
	if err != nil {
		return nil, err
	}
	if _, err := checkControl(readMessage(answer, response)); err != nil {
		return nil, err
	}
	extra := "Mcp-Protocol-Version: " + protocol + "\r\n"
	if id := response.Header.Get("Mcp-Session-Id"); id != "" {
		extra += "Mcp-Session-Id: " + id + "\r\n"
	}
	opened := &session{connection: conn, head: newMCPHead(h.addr, extra)}
	if _, response, err = opened.post(opened.head, []byte(initialized), nil); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusAccepted {
		return nil, fmt.Errorf("notifications/initialized: %s", response.Status)
	}
	return opened, nil
}

// readMessage returns the JSON-RPC message of a response.
func readMessage(body []byte, response *http.Response) []byte {
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		return lastEvent(body)
	}
	return body
}

// ListTools returns the answer to tools/list.
func (h *HTTP) ListTools() ([]byte, error) {
	callers, err := h.addSessions(1)
	if err != nil {
		return nil, err
	}
	answer, response, err := callers[0].post(callers[0].head, []byte(listTools), nil)
	if err != nil {
		return nil, fmt.Errorf("tools/list: %w", err)
	}
	return checkControl(readMessage(answer, response))
}

// Run implements [Runner].
func (h *HTTP) Run(bounds Bounds) (Result, error) {
	sessions, err := h.addSessions(bounds.Callers)
	if err != nil {
		return Result{}, err
	}
	connections := make([]*connection, len(sessions))
	for i, s := range sessions {
		connections[i] = s.connection
	}
	return runConnections(h.calls, connections, bounds, checkFramed, func(caller int, call int64) error {
		s := sessions[caller]
		s.body = appendCall(s.body[:0], call, h.calls.project(call))
		return s.call(s.head, s.body)
	})
}

// checkFramed checks a response that may be an event stream.
func checkFramed(answer []byte, call int64) (string, error) {
	if !bytes.HasPrefix(answer, []byte("{")) {
		answer = lastEvent(answer)
	}
	return checkMCP(answer, call)
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
