package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/server/stdio"
	"langsmith-insights-mcp/server/tasks"
	"langsmith-insights-mcp/server/web"
)

// taskFixture is a LangSmith with one project, and servers that get one message at a time,
// on the clock of a bubble.
type taskFixture struct {
	*sandbox.Sandbox
	project uuid.UUID
}

// send sends a request and returns its response.
type send func(t testing.TB, method string, params map[string]any) taskResponse

type taskResponse struct {
	Before []notification // the response, for the request
	Result map[string]any
	Error  *struct {
		Code    int
		Message string
		Data    any
	}
}

type notification struct {
	Method string
	Params map[string]any
}

// withTaskFixture runs a test in a bubble.
func withTaskFixture(t *testing.T, test func(*testing.T, *taskFixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &taskFixture{Sandbox: sandbox.New(sandbox.Options{Empty: true, Now: time.Now})}
		s.project = s.AddProject(sandbox.Project{Name: "support"})
		test(t, s)
	})
}

// overBothTransports runs a test over each, with a server of its own.
func overBothTransports(t *testing.T, test func(*testing.T, *taskFixture, send)) {
	t.Helper()
	for name, serve := range map[string]func(testing.TB, *taskFixture) send{
		"stdio": func(t testing.TB, s *taskFixture) send { return s.overStdio(t) },
		"http":  func(t testing.TB, s *taskFixture) send { return s.replica(t, nil).as(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			withTaskFixture(t, func(t *testing.T, s *taskFixture) { test(t, s, serve(t, s)) })
		})
	}
}

func (s *taskFixture) backend(t testing.TB, configure func(*config.Config)) (*server.Backend, *config.Config) {
	t.Helper()
	endpoint, err := langsmith.ParseEndpoint("https://langsmith.test")
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{
		LangSmith: config.LangSmith{Endpoint: endpoint, Credentials: langsmith.Credentials{APIKey: servertest.Key}},
		Timeout:   time.Minute, ShutdownTimeout: 2 * time.Second,
		HTTP: config.HTTP{AllowHosts: []string{"127.0.0.1"}}, // a pipe has no address
	}
	if configure != nil {
		configure(cfg)
	}
	backend, err := server.NewBackend(server.BackendOptions{Config: cfg, Logger: zerolog.Nop(), Transport: s.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Close)
	return backend, cfg
}

// newRequest returns a request of a client with tasks, unless the params' _meta says
// otherwise.
func newRequest(id int64, method string, params map[string]any) []byte {
	all := map[string]any{"_meta": map[string]any{
		mcp.MetaKeyProtocolVersion:    "2026-07-28",
		mcp.MetaKeyClientCapabilities: map[string]any{"extensions": map[string]any{tasks.Extension: map[string]any{}}},
	}}
	maps.Copy(all, params)
	data, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": all})
	if err != nil {
		panic(err)
	}
	return data
}

// overStdio serves the fixture over pipes, one request after the other.
func (s *taskFixture) overStdio(t testing.TB) send {
	t.Helper()
	backend, _ := s.backend(t, nil)
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- stdio.Serve(context.WithoutCancel(t.Context()), server.NewMCP(backend), toServer, fromServer, stdio.Options{
			Logger: zerolog.Nop(), Extension: backend.Tasks(), Ending: backend.End, Grace: time.Second,
		})
	}()
	t.Cleanup(func() {
		_ = fromClient.Close()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	lines := bufio.NewReader(toClient)
	var last int64
	return func(t testing.TB, method string, params map[string]any) taskResponse {
		t.Helper()
		last++
		if _, err := fromClient.Write(append(newRequest(last, method, params), '\n')); err != nil {
			t.Fatal(err)
		}
		var response taskResponse
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				t.Fatal(err)
			}
			if response.read(t, line) {
				return response
			}
		}
	}
}

// read reads a message, and reports whether it is the response.
func (r *taskResponse) read(t testing.TB, message []byte) bool {
	t.Helper()
	var received notification
	if err := json.Unmarshal(message, &received); err != nil {
		t.Fatalf("%s: %v", message, err)
	}
	if received.Method != "" {
		r.Before = append(r.Before, received)
		return false
	}
	if err := json.Unmarshal(message, r); err != nil {
		t.Fatalf("%s: %v", message, err)
	}
	return true
}

// replica is a server over HTTP.
type replica struct {
	client *http.Client
	last   atomic.Int64
}

// pipes is a listener for connections inside a bubble.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
	close       func()
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.connections <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// replica starts a server. It ends with the test, or with kill.
func (s *taskFixture) replica(t testing.TB, configure func(*config.Config)) *replica {
	t.Helper()
	backend, cfg := s.backend(t, configure)
	listener := &pipes{connections: make(chan net.Conn), closed: make(chan struct{})}
	listener.close = sync.OnceFunc(func() { close(listener.closed) })
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- web.New(ctx, cli.HTTPOptions(backend, cfg, zerolog.Nop())).Serve(ctx, listener) }()
	r := &replica{client: &http.Client{Transport: &http.Transport{DialContext: listener.dial}}}
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	return r
}

// as sends requests with headers. Mcp-Name is the tool's name or the task's id unless
// the headers set it.
func (r *replica) as(headers map[string]string) send {
	return func(t testing.TB, method string, params map[string]any) taskResponse {
		t.Helper()
		status, body := r.post(t, method, params, headers)
		var response taskResponse
		if events := bytes.Split(body, []byte("data: ")); len(events) > 1 {
			for _, event := range events[1:] {
				message, _, _ := bytes.Cut(event, []byte("\n"))
				response.read(t, message)
			}
			return response
		}
		if len(body) == 0 || !response.read(t, body) {
			t.Fatalf("the response to %s is %d %s", method, status, body)
		}
		return response
	}
}

func (r *replica) post(t testing.TB, method string, params map[string]any, headers map[string]string) (status int, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/mcp", bytes.NewReader(newRequest(r.last.Add(1), method, params)))
	if err != nil {
		t.Fatal(err)
	}
	name, _ := params["name"].(string)
	if id, ok := params["taskId"].(string); ok {
		name = id
	}
	all := map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		mcp.HeaderProtocolVersion: "2026-07-28", mcp.HeaderMethod: method, mcp.HeaderName: name,
	}
	maps.Copy(all, headers)
	for name, value := range all {
		request.Header.Set(name, value)
	}
	response, err := r.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

// wait calls wait_for_insights_job for a job of the fixture.
func (s *taskFixture) wait(t testing.TB, send send, job uuid.UUID, arguments map[string]any) taskResponse {
	t.Helper()
	all := map[string]any{"session_id": s.project, "job_id": job}
	maps.Copy(all, arguments)
	return send(t, "tools/call", map[string]any{"name": "wait_for_insights_job", "arguments": all})
}

// begin calls it for a job that runs, and returns the id of the task.
func (s *taskFixture) begin(t testing.TB, send send, job uuid.UUID, arguments map[string]any) string {
	t.Helper()
	created := s.wait(t, send, job, arguments)
	id, _ := created.Result["taskId"].(string)
	if id == "" || created.Result["resultType"] != "task" {
		t.Fatalf("the call returned %+v", created)
	}
	return id
}

func get(t testing.TB, send send, id string) taskResponse {
	t.Helper()
	return send(t, "tasks/get", map[string]any{"taskId": id})
}

// status returns the status of a task, or the error of tasks/get.
func status(t testing.TB, send send, id string) string {
	t.Helper()
	response := get(t, send, id)
	if response.Error != nil {
		return fmt.Sprintf("%d %s", response.Error.Code, response.Error.Message)
	}
	status, _ := response.Result["status"].(string)
	return status
}
