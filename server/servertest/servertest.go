// Package servertest starts the server with a sandbox and a connected MCP client, for
// tests.
package servertest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
)

// Now is the time in the fixture's sandbox. It is fixed, so that golden files are
// reproducible.
var Now = time.Date(2026, time.March, 16, 9, 0, 0, 0, time.UTC)

// Key is the API key that the fixture's server is configured with.
const Key = "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789"

// Options configure a fixture. The zero value is a server with default settings and a
// sandbox with its samples.
type Options struct {
	Sandbox sandbox.Options               // its Now is [Now] by default
	Config  func(*config.Config)          // changes the configuration
	Logger  zerolog.Logger                // of the server; silent by default
	Client  []client.ClientOption         // of the MCP client
	Notify  func(mcp.JSONRPCNotification) // receives the server's notifications
}

// Fixture is a running server with a client.
type Fixture struct {
	Sandbox *sandbox.Sandbox
	Config  *config.Config
	Backend *server.Backend
	Client  *client.Client
}

// Start runs a server and connects a client; both end with the test.
func Start(t testing.TB, options Options) *Fixture {
	t.Helper()
	if options.Sandbox.Now == nil {
		options.Sandbox.Now = func() time.Time { return Now }
	}
	endpoint, err := langsmith.ParseEndpoint("https://langsmith.test/api")
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{
		LangSmith: config.LangSmith{
			Endpoint:    endpoint,
			Credentials: langsmith.Credentials{APIKey: Key},
		},
		Timeout:         time.Minute,
		ShutdownTimeout: 2 * time.Second,
		LogLevel:        zerolog.TraceLevel,
	}
	if options.Config != nil {
		options.Config(cfg)
	}
	f := &Fixture{Sandbox: sandbox.New(options.Sandbox), Config: cfg}
	f.Backend, err = server.NewBackend(server.BackendOptions{
		Config:    cfg,
		Logger:    options.Logger,
		Transport: f.Sandbox.RoundTripper(),
	})
	if err != nil {
		t.Fatal(err)
	}
	var stop func() error
	// The test's context is cancelled before its cleanups run.
	f.Client, stop, err = cli.Connect(context.WithoutCancel(t.Context()), server.NewMCP(f.Backend), options.Logger, options.Client...)
	if err != nil {
		t.Fatal(err)
	}
	if options.Notify != nil {
		f.Client.OnNotification(options.Notify)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
		f.Backend.Close()
	})
	f.Sandbox.ResetRequests()
	return f
}

// Args are a tool's arguments.
type Args map[string]any

// Reply is a tool's result as the client received it.
type Reply struct {
	Text       string
	Structured json.RawMessage // nil where there is none
	IsError    bool
}

// Decode reads the structured content into v.
func (r Reply) Decode(t testing.TB, v any) {
	t.Helper()
	if r.Structured == nil {
		t.Fatalf("the result has no structured content; its text is:\n%s", r.Text)
	}
	if err := json.Unmarshal(r.Structured, v); err != nil {
		t.Fatalf("structured content %s: %v", r.Structured, err)
	}
}

// Call calls a tool through the client. A protocol error fails the test.
func (f *Fixture) Call(t testing.TB, tool string, args Args) Reply {
	t.Helper()
	reply, err := f.TryCall(t.Context(), tool, args)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return reply
}

// TryCall calls a tool through the client.
func (f *Fixture) TryCall(ctx context.Context, tool string, args Args) (Reply, error) {
	var request mcp.CallToolRequest
	request.Params.Name = tool
	request.Params.Arguments = map[string]any(args)
	result, err := f.Client.CallTool(ctx, request)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{IsError: result.IsError}
	for _, content := range result.Content {
		if text, ok := content.(mcp.TextContent); ok {
			reply.Text += text.Text
		}
	}
	if result.StructuredContent != nil {
		reply.Structured, err = json.Marshal(result.StructuredContent)
	}
	return reply, err
}
