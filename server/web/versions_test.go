package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// connect initializes a client.
func connect(t testing.TB, c *client.Client, version string) *client.Client {
	t.Helper()
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = version
	hello.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	if _, err := c.Initialize(t.Context(), hello); err != nil {
		t.Fatalf("initialize: %v", err)
	}
	return c
}

func (f *fixture) streamableClient(version string, h map[string]string, more ...transport.StreamableHTTPCOption) *client.Client {
	f.t.Helper()
	c, err := client.NewStreamableHttpClient("http://"+f.address+"/mcp",
		append(more, transport.WithHTTPHeaders(h), transport.WithHTTPBasicClient(f.client))...)
	if err != nil {
		f.t.Fatal(err)
	}
	return connect(f.t, c, version)
}

func (f *fixture) sseClient(h map[string]string) *client.Client {
	f.t.Helper()
	c, err := client.NewSSEMCPClient("http://"+f.address+"/sse", client.WithHeaders(h), client.WithHTTPClient(f.client))
	if err != nil {
		f.t.Fatal(err)
	}
	return connect(f.t, c, mcp.ProtocolVersion20241105)
}

// call calls a tool through a client and returns its text.
func call(t testing.TB, c *client.Client, tool string, arguments args) string {
	t.Helper()
	var request mcp.CallToolRequest
	request.Params.Name = tool
	request.Params.Arguments = map[string]any(arguments)
	result, err := c.CallTool(t.Context(), request)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	var b strings.Builder
	for _, content := range result.Content {
		if text, ok := content.(mcp.TextContent); ok {
			b.WriteString(text.Text)
		}
	}
	if result.IsError {
		t.Fatalf("%s: %s", tool, b.String())
	}
	return b.String()
}

// A client of each protocol version can call the tools.
func TestEveryVersionEndToEnd(t *testing.T) {
	f := start(t, options{config: withTokens})
	auth := map[string]string{"Authorization": "Bearer " + tokenA}
	clients := map[string]func() *client.Client{
		"HTTP+SSE":   func() *client.Client { return f.sseClient(auth) },
		"2025-03-26": func() *client.Client { return f.streamableClient(mcp.ProtocolVersion20250326, auth) },
		"2025-06-18": func() *client.Client { return f.streamableClient(mcp.ProtocolVersion20250618, auth) },
		"2025-11-25": func() *client.Client { return f.streamableClient(mcp.ProtocolVersion20251125, auth) },
		"2025-11-25 with a standing stream": func() *client.Client {
			//lint:ignore SA1019 protocol versions with standing streams are served
			return f.streamableClient(mcp.ProtocolVersion20251125, auth, transport.WithContinuousListening())
		},
		"2026-07-28": func() *client.Client { return f.streamableClient(mcp.ProtocolVersion20260728, auth) },
	}
	for name, connected := range clients {
		t.Run(name, func(t *testing.T) {
			c := connected()
			tools, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
			if err != nil || !slices.ContainsFunc(tools.Tools, func(tool mcp.Tool) bool { return tool.Name == "create_insights_job" }) {
				t.Fatalf("tools/list: %v, %v", tools, err)
			}
			if text := call(t, c, "list_projects", args{}); !strings.Contains(text, projectName) {
				t.Errorf("list_projects returns %q", text)
			}
			//lint:ignore SA1019 protocol versions with pings are served; the last has none
			if err := c.Ping(t.Context()); err != nil {
				t.Errorf("ping: %v", err)
			}
		})
	}
}

// Requests without sessions.
func TestStatelessRequests(t *testing.T) {
	f := start(t, options{})
	body, h := stateless(1, "server/discover", args{})
	got := f.post("/mcp", h, body)
	var discovered struct {
		Result struct {
			Versions []string `json:"supportedVersions"`
		}
	}
	if err := json.Unmarshal([]byte(got.body), &discovered); err != nil || !slices.Contains(discovered.Result.Versions, "2026-07-28") || !slices.Contains(discovered.Result.Versions, "2025-11-25") {
		t.Errorf("server/discover: %d %s (%v)", got.status, got.body, err)
	}
	body, h = stateless(2, "tools/call", args{"name": "list_projects", "arguments": args{}})
	got = f.post("/mcp", h.with(headers{"Mcp-Session-Id": "somebody's"}), body)
	if text := got.tool(t).text(); !strings.Contains(text, projectName) {
		t.Errorf("tools/call returned %q", text)
	}
	if id := got.header.Get("Mcp-Session-Id"); id != "" {
		t.Errorf("the response has the session %s", id)
	}

	for name, broken := range map[string]headers{
		"another method in the header":  {"Mcp-Method": "tools/list"},
		"another tool in the header":    {"Mcp-Name": "delete_insights_job"},
		"another version in the header": {"Mcp-Protocol-Version": "2025-11-25"},
	} {
		if got := f.post("/mcp", h.with(broken), body); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// The notification after initialize gets no response.
func TestSessionHandshake(t *testing.T) {
	f := start(t, options{})
	session := f.open(nil)
	if got := f.post("/mcp", session, rpc(nil, "notifications/initialized", nil)); got.status != http.StatusAccepted || got.body != "" {
		t.Errorf("initialized: %d %q", got.status, got.body)
	}
	if got := f.post("/mcp", session, rpc(2, "no/such", args{})); !strings.Contains(got.body, "-32601") {
		t.Errorf("an unknown method: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", session.with(headers{"Mcp-Protocol-Version": "1999-01-01"}), rpc(2, "tools/list", args{})); got.status != http.StatusBadRequest {
		t.Errorf("an unknown version: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", session, `{"jsonrpc":"2.0","id":9}`); !strings.Contains(got.body, "-32600") {
		t.Errorf("neither a request nor a response: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", session.with(headers{"Content-Type": "text/plain"}), rpc(2, "tools/list", args{})); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("a message with another Content-Type: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", session.with(headers{"Content-Type": "application/json; charset=utf-8"}), rpc(2, "ping", args{})); got.status != http.StatusOK {
		t.Errorf("JSON with its character set: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", session, `{"jsonrpc":"2.0","id":9,"result":{}}`); got.status != http.StatusAccepted {
		t.Errorf("the response to a ping: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", session, `{"jsonrpc":"2.0","id":9,"result":{"action":"accept"}}`); got.status != http.StatusBadRequest {
		t.Errorf("a response that no call waits for: %d %s", got.status, got.body)
	}
}
