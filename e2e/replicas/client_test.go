package replicas

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

const (
	sessions  = "2025-11-25" // the last version with sessions
	stateless = "2026-07-28"
)

type object map[string]any

type headers map[string]string

func (h headers) with(more headers) headers {
	all := maps.Clone(h)
	maps.Copy(all, more)
	return all
}

// headers returns the headers of a caller's requests.
func (c caller) headers() headers {
	return headers{"X-API-Key": c.key, "X-Tenant-Id": c.workspace.String()}
}

// message returns a JSON-RPC message.
func message(id any, method string, params any) string {
	m := object{"jsonrpc": "2.0", "method": method, "params": params}
	if id != nil {
		m["id"] = id
	}
	return encode(m)
}

func encode(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func initialize(capabilities object) string {
	return message(1, "initialize", object{
		"protocolVersion": sessions, "capabilities": capabilities, "clientInfo": object{"name": "test", "version": "1"},
	})
}

// open sends a request and returns its response with an unread body.
func (c *cluster) open(ctx context.Context, method, url string, h headers, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
	}
	for name, value := range h {
		r.Header.Set(name, value)
	}
	return c.client.Do(r)
}

// send sends a request and reads its response.
func (c *cluster) send(t testing.TB, method, url string, h headers, body string) (*http.Response, string) {
	t.Helper()
	answer, err := c.open(t.Context(), method, url, h, body)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// session opens a session at an address, and returns the headers of its further requests.
func (c *cluster) session(t testing.TB, address string, who caller, capabilities object) headers {
	t.Helper()
	answer, text := c.send(t, http.MethodPost, "http://"+address+"/mcp", who.headers(), initialize(capabilities))
	id := answer.Header.Get("Mcp-Session-Id")
	if answer.StatusCode != http.StatusOK || id == "" {
		t.Fatalf("initialize: %s, session %q: %s", answer.Status, id, text)
	}
	return who.headers().with(headers{"Mcp-Session-Id": id, "Mcp-Protocol-Version": sessions})
}

// toolCall returns a call for protocol versions with sessions. With progress, the server
// reports progress at least every two seconds.
func toolCall(id any, tool string, arguments object) string {
	return message(id, "tools/call", object{"name": tool, "arguments": arguments, "_meta": object{"progressToken": fmt.Sprint("t", id)}})
}

// statelessCall returns a call for protocol versions without sessions, and its headers.
func statelessCall(who caller, tool string, arguments object) (headers, string) {
	const prefix = "io.modelcontextprotocol/"
	body := message(1, "tools/call", object{"name": tool, "arguments": arguments, "_meta": object{
		prefix + "protocolVersion": stateless, prefix + "clientCapabilities": object{},
		prefix + "clientInfo": object{"name": "test", "version": "1"},
	}})
	return who.headers().with(headers{"Mcp-Protocol-Version": stateless, "Mcp-Method": "tools/call", "Mcp-Name": tool}), body
}

// result is the result of a tool.
type result struct {
	replica string // the replica that responded, as the load balancer reports it
	isError bool
	text    string
	job     struct {
		ID             string `json:"id"`
		Status         string `json:"status"`
		AlreadyRunning bool   `json:"already_running"`
	}
}

// lostError is the error of a call without a response.
type lostError struct {
	requestID string
	err       error
}

func (e *lostError) Error() string { return "request " + e.requestID + ": " + e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// call makes a call and reads its result.
func (c *cluster) call(ctx context.Context, address string, h headers, body string) (*result, error) {
	id := uuid.NewString()
	answer, err := c.open(ctx, http.MethodPost, "http://"+address+"/mcp", h.with(headers{"X-Request-Id": id}), body)
	if err != nil {
		return nil, &lostError{id, err}
	}
	defer answer.Body.Close()
	last, err := lastMessage(answer)
	if err != nil {
		return nil, &lostError{id, err}
	}
	got, err := readResult(last)
	if err != nil {
		return nil, &lostError{id, err}
	}
	got.replica = answer.Header.Get("X-Replica")
	return got, nil
}

func lastMessage(answer *http.Response) ([]byte, error) {
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return nil, fmt.Errorf("%s: %s", answer.Status, text)
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		return io.ReadAll(answer.Body)
	}
	return newEvents(answer.Body).last()
}

func readResult(text []byte) (*result, error) {
	var m struct {
		Result *struct {
			IsError    bool            `json:"isError"`
			Structured json.RawMessage `json:"structuredContent"`
			Content    []struct {
				Text string `json:"text"`
			} `json:"content"`
		} `json:"result"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	if m.Result == nil {
		return nil, fmt.Errorf("no result: %s", text)
	}
	r := &result{isError: m.Result.IsError}
	for _, content := range m.Result.Content {
		r.text += content.Text
	}
	if m.Result.Structured == nil {
		return r, nil
	}
	return r, json.Unmarshal(m.Result.Structured, &r.job)
}

// events reads the messages of an event stream.
type events struct{ lines *bufio.Reader }

func newEvents(body io.Reader) *events { return &events{bufio.NewReader(body)} }

// next returns the data of the next event.
func (e *events) next() ([]byte, error) {
	for {
		line, err := e.lines.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return []byte(strings.TrimSpace(data)), nil
		}
	}
}

// last returns the data of the last event at the end of the stream.
func (e *events) last() (last []byte, err error) {
	for {
		event, err := e.next()
		if errors.Is(err, io.EOF) && last != nil {
			return last, nil
		}
		if err != nil {
			return nil, err
		}
		last = event
	}
}
