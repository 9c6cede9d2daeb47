package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	// secretMark is in every secret of these tests, to find them in the log.
	secretMark  = "SECRET"
	operatorKey = "lsv2_pt_SECRET_operator_0123456789"

	// The operator's project.
	projectName = "support"
)

func callerKey(n int) string { return fmt.Sprintf("lsv2_pt_SECRET_caller_%d", n) }

// fixture is a server with a sandbox.
type fixture struct {
	t         testing.TB
	sandbox   *sandbox.Sandbox
	workspace uuid.UUID // the operator's
	project   uuid.UUID // its only one
	address   string
	client    *http.Client
	log       *syncBuffer

	signal func()     // begins the shutdown
	ended  chan error // the error of Serve
}

type options struct {
	config  func(*config.Config)
	web     func(*web.Options)
	sandbox sandbox.Options
	wrap    func(http.RoundTripper) http.RoundTripper // wraps the transport to the sandbox
}

func start(t testing.TB, o options) *fixture {
	t.Helper()
	o.sandbox.Empty = true
	f := &fixture{
		t: t, sandbox: sandbox.New(o.sandbox), workspace: uuid.New(), log: &syncBuffer{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2000}},
		ended:  make(chan error, 1),
	}
	f.project = f.sandbox.AddProject(sandbox.Project{Workspace: f.workspace, Name: projectName})
	endpoint, err := langsmith.ParseEndpoint("https://langsmith.test")
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{
		LangSmith: config.LangSmith{
			Endpoint:    endpoint,
			Credentials: langsmith.Credentials{APIKey: operatorKey, Workspace: f.workspace},
			Project:     projectName,
		},
		Timeout: time.Minute, ShutdownTimeout: 25 * time.Second, LogLevel: zerolog.TraceLevel,
	}
	if o.config != nil {
		o.config(cfg)
	}
	logger := zerolog.New(f.log).Level(cfg.LogLevel)
	transport := f.sandbox.RoundTripper()
	if o.wrap != nil {
		transport = o.wrap(transport)
	}
	backend, err := server.NewBackend(server.BackendOptions{Config: cfg, Logger: logger, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.address = listener.Addr().String()

	background, stop := context.WithCancel(context.Background())
	httpOptions := cli.HTTPOptions(backend, cfg, logger)
	if o.web != nil {
		o.web(&httpOptions)
	}
	served := web.New(background, httpOptions)
	var signal context.Context
	signal, f.signal = context.WithCancel(context.Background())
	go func() { f.ended <- served.Serve(signal, listener) }()
	t.Cleanup(func() {
		f.client.CloseIdleConnections()
		f.signal()
		if err := <-f.ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
		stop()
		backend.Close()
		if logged := f.log.String(); strings.Contains(logged, secretMark) {
			t.Errorf("the log has a secret:\n%s", logged)
		}
	})
	return f
}

// syncBuffer is a buffer that is safe for concurrent use.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// headers are the headers of a request, Host included.
type headers map[string]string

func (h headers) with(more headers) headers {
	all := headers{}
	for _, from := range []headers{h, more} {
		for name, value := range from {
			all[name] = value
		}
	}
	return all
}

// reply is a response that has been read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (f *fixture) request(method, path string, h headers, body string) *http.Request {
	f.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+f.address+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
	}
	for name, value := range h {
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	return r
}

func (f *fixture) do(r *http.Request) reply {
	f.t.Helper()
	answer, err := f.client.Do(r)
	if err != nil {
		f.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		f.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return reply{answer.StatusCode, answer.Header, string(body)}
}

func (f *fixture) post(path string, h headers, body string) reply {
	f.t.Helper()
	return f.do(f.request(http.MethodPost, path, h, body))
}

// rpc returns a JSON-RPC request. params are Go values or JSON.
func rpc(id any, method string, params any) string {
	message := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
	if id != nil {
		message["id"] = id
	}
	data, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func initialize(version string, capabilities any) string {
	return rpc(1, "initialize", map[string]any{
		"protocolVersion": version, "capabilities": capabilities,
		"clientInfo": map[string]any{"name": "test", "version": "1"},
	})
}

type args map[string]any

// toolCall returns a tools/call for protocol versions with sessions.
func toolCall(id any, tool string, arguments args) string {
	return rpc(id, "tools/call", map[string]any{"name": tool, "arguments": arguments})
}

// open starts a session and returns the headers of its further requests.
func (f *fixture) open(h headers) headers {
	f.t.Helper()
	got := f.post("/mcp", h, initialize(mcp.ProtocolVersion20251125, args{}))
	id := got.header.Get("Mcp-Session-Id")
	if got.status != http.StatusOK || id == "" {
		f.t.Fatalf("initialize: %d, session %q: %s", got.status, id, got.body)
	}
	return h.with(headers{"Mcp-Session-Id": id, "Mcp-Protocol-Version": mcp.ProtocolVersion20251125})
}

// stateless returns a request for protocol versions without sessions, and its headers.
func stateless(id any, method string, params args) (string, headers) {
	meta := args{}
	if given, ok := params["_meta"].(args); ok {
		meta = given
	}
	meta["io.modelcontextprotocol/protocolVersion"] = mcp.ProtocolVersion20260728
	meta["io.modelcontextprotocol/clientInfo"] = args{"name": "test", "version": "1"}
	if meta["io.modelcontextprotocol/clientCapabilities"] == nil {
		meta["io.modelcontextprotocol/clientCapabilities"] = args{}
	}
	all := args{"_meta": meta}
	for name, value := range params {
		if name != "_meta" {
			all[name] = value
		}
	}
	h := headers{"Mcp-Protocol-Version": mcp.ProtocolVersion20260728, "Mcp-Method": method}
	if name, ok := params["name"].(string); ok {
		h["Mcp-Name"] = name
	}
	return rpc(id, method, all), h
}

// toolResult is a tool's result.
type toolResult struct {
	ID     json.RawMessage `json:"id"`
	Result struct {
		IsError    bool            `json:"isError"`
		Structured json.RawMessage `json:"structuredContent"`
		Content    []struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"result"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (r reply) tool(t testing.TB) toolResult {
	t.Helper()
	text := r.body
	if strings.HasPrefix(r.header.Get("Content-Type"), "text/event-stream") {
		messages := r.events()
		text = messages[len(messages)-1]
	}
	var result toolResult
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		t.Fatalf("status %d: %v in %s", r.status, err, r.body)
	}
	if result.Error != nil {
		t.Fatalf("status %d: error %d: %s", r.status, result.Error.Code, result.Error.Message)
	}
	return result
}

// text returns the text of the result.
func (r toolResult) text() string {
	var b strings.Builder
	for _, content := range r.Result.Content {
		b.WriteString(content.Text)
	}
	return b.String()
}

// events returns the messages of an event stream.
func (r reply) events() []string {
	var messages []string
	for line := range strings.Lines(r.body) {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			messages = append(messages, strings.TrimSpace(data))
		}
	}
	return messages
}

// upstream returns the requests that LangSmith got.
func (f *fixture) upstream() []sandbox.Request { return f.sandbox.Requests() }
