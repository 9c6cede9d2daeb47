package web_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
	"langsmith-insights-mcp/server/web"
)

// wireTools sets a server whose tools report progress, and return what cannot be encoded.
func wireTools(o *web.Options) {
	o.MCP = mcpserver.NewMCPServer("wire", "1", mcpserver.WithToolCapabilities(false))
	o.MCP.AddTool(mcp.NewTool("progress"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText("done"), jsonrpc.ReportProgress(ctx)(jsonrpc.Progress{Done: 1})
	})
	o.MCP.AddTool(mcp.NewTool("nan"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(math.NaN(), "not a number"), nil
	})
}

// eachTransport runs a test over every transport, with and without sessions. exchange sends a
// request, whose id, method and params are JSON, and returns the messages of its response.
func eachTransport(t *testing.T, f *fixture, test func(t *testing.T, exchange func(id, method, params string) []string)) {
	session := f.open(nil)
	request := func(id, method, params string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, id, method, params)
	}
	answer := func(got reply) []string {
		if strings.HasPrefix(got.header.Get("Content-Type"), "text/event-stream") {
			return got.events()
		}
		return []string{got.body}
	}
	for name, exchange := range map[string]func(id, method, params string) []string{
		"a session at /mcp": func(id, method, params string) []string {
			return answer(f.post("/mcp", session, request(id, method, params)))
		},
		"a session at /mcp/": func(id, method, params string) []string {
			return answer(f.post("/mcp/", session, request(id, method, params)))
		},
		"without a session": func(id, method, params string) []string {
			var tool string
			if _, after, ok := strings.Cut(params, `"name":"`); ok {
				tool, _, _ = strings.Cut(after, `"`)
			}
			meta := `"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]`
			if strings.Contains(params, `"_meta":{`) {
				params = strings.Replace(params, `"_meta":{`, `"_meta":{`+meta+`,`, 1)
			} else {
				params = `{"_meta":{` + meta + `}` + strings.Replace(params, "{", ",", 1)
			}
			return answer(f.post("/mcp", headers{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": method, "Mcp-Name": tool}, request(id, method, params)))
		},
		"/sse": func(id, method, params string) []string {
			stream := f.openSSE(nil)
			defer stream.close()
			stream.post(nil, request(id, method, params))
			var messages []string
			for message := range stream.messages {
				if messages = append(messages, message); strings.Contains(message, `"id":`) {
					break
				}
			}
			return messages
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, exchange) })
	}
}

// The bytes of ids and progress tokens are returned unchanged, over every transport.
func TestIDsAndProgressTokensAreUnchanged(t *testing.T) {
	f := start(t, options{web: wireTools})
	eachTransport(t, f, func(t *testing.T, exchange func(id, method, params string) []string) {
		for _, id := range []string{`7`, `"7"`, `1764412345678901234`, `7.0`, `"\u0041<"`} {
			got := exchange(id, "tools/call", `{"name":"progress","_meta":{"progressToken":`+id+`}}`)
			if len(got) != 2 || !strings.Contains(got[0], `"progressToken":`+id+`,`) || !strings.HasPrefix(got[1], `{"jsonrpc":"2.0","id":`+id+`,"result":`) {
				t.Errorf("the response to %s is %s", id, got)
			}
		}
	})
}

// A response that cannot be encoded becomes an error under its request's id, over every
// transport.
func TestUnencodableResponse(t *testing.T) {
	f := start(t, options{web: wireTools})
	eachTransport(t, f, func(t *testing.T, exchange func(id, method, params string) []string) {
		if got := exchange(`"n"`, "tools/call", `{"name":"nan"}`); len(got) != 1 || !strings.HasPrefix(got[0], `{"jsonrpc":"2.0","id":"n","error":`) {
			t.Errorf("the response is %s", got)
		}
	})
}

// Unusual forms of messages are accepted, except those that a gateway might read
// differently.
func TestMessageForms(t *testing.T) {
	f := start(t, options{})
	session := f.open(nil)
	for name, c := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"a byte order mark":        {"\xef\xbb\xbf" + `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 200, `"id":1,"result":{}`},
		"params that are a list":   {`{"jsonrpc":"2.0","id":2,"method":"tools/list","params":[]}`, 200, `"id":2,"result":{"tools"`},
		"a method in capitals":     {`{"jsonrpc":"2.0","id":3,"METHOD":"ping"}`, 400, `"id":3,"error"`},
		"a method that is twice":   {`{"jsonrpc":"2.0","id":4,"method":"ping","method":"tools/list"}`, 400, `"id":4,"error"`},
		"a tool's name in capital": {`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"NAME":"list_projects"}}`, 400, `"id":5,"error"`},
		"a tool's name twice":      {`{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"get_run","name":"list_projects"}}`, 400, `"id":6,"error"`},
	} {
		if got := f.post("/mcp", session, c.body); got.status != c.status || !strings.Contains(got.body, c.says) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if sent := f.upstream(); len(sent) > 0 {
		t.Errorf("%d requests were sent to LangSmith", len(sent))
	}
}

// POST /mcp/ is POST /mcp: the same handler, without a redirect, with the same checks.
func TestTrailingSlash(t *testing.T) {
	f := start(t, options{config: withTokens})
	f.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	body, h := stateless(1, "tools/call", args{"name": "list_projects", "arguments": args{}})
	for _, path := range []string{"/mcp", "/mcp/"} {
		if got := f.post(path, h, body); got.status != http.StatusUnauthorized || !strings.Contains(got.body, "Bearer TOKEN") {
			t.Errorf("%s without a token: %d %s", path, got.status, got.body)
		}
		if got := f.post(path, h.with(headers{"Authorization": "Bearer " + tokenA}), body); !strings.Contains(got.tool(t).text(), projectName) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := f.post("/mcp/more", nil, body); got.status != http.StatusNotFound {
		t.Errorf("a path below: %d", got.status)
	}
}

// A request that is refused for its session or version gets an error with its own id. A
// response gets one without, because its id is not the client's.
func TestRefusedRequestsKeepTheirIDs(t *testing.T) {
	f := start(t, options{web: wireTools})
	const request, answer = `{"jsonrpc":"2.0","id":"my-id","method":"tools/list"}`, `{"jsonrpc":"2.0","id":"my-id","result":{}}`
	session := f.open(nil)
	for name, c := range map[string]struct {
		headers headers
		body    string
		status  int
		id      string
	}{
		"no session":                {nil, request, http.StatusBadRequest, `"my-id"`},
		"an unknown session":        {headers{"Mcp-Session-Id": "made-up"}, request, http.StatusNotFound, `"my-id"`},
		"an unknown version":        {session.with(headers{"Mcp-Protocol-Version": "1999-01-01"}), request, http.StatusBadRequest, `"my-id"`},
		"an answer, and no session": {nil, answer, http.StatusBadRequest, "null"},
	} {
		got := f.post("/mcp", c.headers, c.body)
		if got.status != c.status || !strings.HasPrefix(got.body, `{"jsonrpc":"2.0","id":`+c.id+`,"error":`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}
