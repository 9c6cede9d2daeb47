package web_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/web"
)

const (
	tokenA = "SECRET-token-of-team-a-0123456789"
	tokenB = "SECRET-token-of-team-b-0123456789"
)

func withTokens(c *config.Config) {
	c.HTTP.AuthTokens = []langsmith.Secret{tokenA, tokenB}
	c.HTTP.AllowOrigins = []string{"https://app.example.com"}
	c.HTTP.AllowHosts = []string{"mcp.example.com", "other.example.com:8443"}
}

// A refusal says why, and no request is sent to LangSmith. If the call is admitted, one is.
func TestRefusals(t *testing.T) {
	f := start(t, options{config: withTokens, web: func(o *web.Options) { o.Limits.Body = 4 << 10 }})
	good := headers{"Authorization": "Bearer " + tokenA}
	listing := args{"name": "list_projects", "arguments": args{}}
	list, ofList := stateless(1, "tools/call", listing)
	tooLarge, _ := stateless(1, "tools/call", args{"name": "list_projects", "arguments": args{"name_contains": strings.Repeat("x", 5<<10)}})
	workspace := "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"
	for _, c := range []struct {
		name   string
		method string
		path   string
		headers
		body   string
		status int
		says   string
	}{
		{"a foreign Host", "POST", "/mcp", good.with(headers{"Host": "evil.example"}), list, 403, "--allow-host evil.example"},
		{"a foreign Host with a port", "POST", "/mcp", good.with(headers{"Host": "evil.example:8080"}), list, 403, "--allow-host evil.example"},
		{"an address that is not ours", "POST", "/mcp", good.with(headers{"Host": "10.1.2.3"}), list, 403, "--allow-host 10.1.2.3"},
		{"a Host that only begins well", "POST", "/mcp", good.with(headers{"Host": "localhost.evil.example"}), list, 403, "--allow-host"},
		{"an allowed Host on another port", "POST", "/mcp", good.with(headers{"Host": "other.example.com"}), list, 403, "--allow-host"},
		{"an allowed Host", "POST", "/mcp", good.with(headers{"Host": "mcp.example.com:1234"}), list, 200, ""},
		{"an allowed Host in capitals", "POST", "/mcp", good.with(headers{"Host": "MCP.Example.com."}), list, 200, ""},
		{"an allowed Host with its port", "POST", "/mcp", good.with(headers{"Host": "other.example.com:8443"}), list, 200, ""},
		{"loopback by name", "POST", "/mcp", good.with(headers{"Host": "localhost:9"}), list, 200, ""},
		{"loopback by IPv6", "POST", "/mcp", good.with(headers{"Host": "[::1]:9"}), list, 200, ""},
		{"a foreign Host at /sse", "GET", "/sse", good.with(headers{"Host": "evil.example"}), "", 403, "--allow-host"},
		{"a foreign Host at /message", "POST", "/message", good.with(headers{"Host": "evil.example"}), list, 403, "--allow-host"},

		{"a foreign Origin", "POST", "/mcp", good.with(headers{"Origin": "https://evil.example"}), list, 403, "--allow-origin https://evil.example"},
		{"an Origin of another scheme", "POST", "/mcp", good.with(headers{"Origin": "http://app.example.com"}), list, 403, "--allow-origin"},
		{"no page's Origin", "POST", "/mcp", good.with(headers{"Origin": "null"}), list, 403, "--allow-origin"},
		{"a file's Origin", "POST", "/mcp", good.with(headers{"Origin": "file://localhost"}), list, 403, "--allow-origin"},
		{"an Origin that only begins well", "POST", "/mcp", good.with(headers{"Origin": "http://localhost.evil.example"}), list, 403, "--allow-origin"},
		{"a foreign Origin at /sse", "GET", "/sse", good.with(headers{"Origin": "https://evil.example"}), "", 403, "--allow-origin"},
		{"a foreign Origin at /message", "POST", "/message", good.with(headers{"Origin": "https://evil.example"}), list, 403, "--allow-origin"},
		{"a foreign Origin without a token", "POST", "/mcp", headers{"Origin": "https://evil.example"}, list, 403, "--allow-origin"},
		{"an allowed Origin", "POST", "/mcp", good.with(headers{"Origin": "https://app.example.com"}), list, 200, ""},
		{"a page of this machine", "POST", "/mcp", good.with(headers{"Origin": "http://localhost:6274"}), list, 200, ""},

		{"no token", "POST", "/mcp", nil, list, 401, "Bearer TOKEN"},
		{"no token at /sse", "GET", "/sse", nil, "", 401, "Bearer TOKEN"},
		{"no token at /message", "POST", "/message", nil, list, 401, "Bearer TOKEN"},
		{"a wrong token", "POST", "/mcp", headers{"Authorization": "Bearer SECRET-wrong"}, list, 401, "not one of this server's"},
		{"a token's beginning", "POST", "/mcp", headers{"Authorization": "Bearer " + tokenA[:10]}, list, 401, "not one"},
		{"another scheme", "POST", "/mcp", headers{"Authorization": "Basic " + tokenA}, list, 401, "the form Bearer TOKEN"},
		{"an empty token", "POST", "/mcp", headers{"Authorization": "Bearer "}, list, 401, "the form Bearer TOKEN"},
		{"a token in the query", "POST", "/mcp?access_token=" + tokenA, nil, list, 401, "Bearer TOKEN"},
		{"a LangSmith key for a token", "POST", "/mcp", headers{"X-API-Key": callerKey(1)}, list, 401, "Bearer TOKEN"},
		{"the second token", "POST", "/mcp", headers{"Authorization": "bearer " + tokenB}, list, 200, ""},

		{"a workspace without a key", "POST", "/mcp", good.with(headers{"X-Tenant-Id": workspace}), list, 400, "X-Tenant-Id requires a key of your own"},
		{"a workspace's other name without a key", "POST", "/mcp", good.with(headers{"LANGSMITH-WORKSPACE-ID": workspace}), list, 400, "requires a key of your own"},
		{"an endpoint without a key", "POST", "/mcp", good.with(headers{"LANGSMITH-ENDPOINT": "https://eu.api.smith.langchain.com"}), list, 400, "LANGSMITH-ENDPOINT requires a key"},
		{"a workspace that is no UUID", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "X-Tenant-Id": "mine"}), list, 400, "want the workspace's UUID"},
		{"a workspace in braces", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "X-Tenant-Id": "{" + workspace + "}"}), list, 400, "want the workspace's UUID"},
		{"a foreign endpoint", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "LANGSMITH-ENDPOINT": "https://evil.example"}), list, 400, "want one of https://api.smith.langchain.com"},
		{"an endpoint that looks alike", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "LANGSMITH-ENDPOINT": "https://api.smith.langchain.com.evil.example"}), list, 400, "want one of"},
		{"a region without TLS", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "LANGSMITH-ENDPOINT": "http://api.smith.langchain.com"}), list, 400, "want one of"},
		{"the machine's own network", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "LANGSMITH-ENDPOINT": "http://169.254.169.254"}), list, 400, "want one of"},
		{"an empty key", "POST", "/mcp", good.with(headers{"X-API-Key": ""}), list, 400, "X-API-Key is empty"},
		{"a key with a blank", "POST", "/mcp", good.with(headers{"X-API-Key": "SECRET two words"}), list, 400, "has a space"},
		{"a key beyond ASCII", "POST", "/mcp", good.with(headers{"X-API-Key": "SECRET-schlüssel"}), list, 400, "has a space or another character"},
		{"two keys that differ", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "LANGSMITH-API-KEY": callerKey(2)}), list, 400, "have the same meaning and different values"},
		{"a bad header at /sse", "GET", "/sse", good.with(headers{"X-Tenant-Id": workspace}), "", 400, "requires a key of your own"},
		{"a region and a key", "POST", "/mcp", good.with(headers{"X-API-Key": callerKey(1), "X-Tenant-Id": workspace, "LANGSMITH-ENDPOINT": "https://eu.api.smith.langchain.com/api/v1"}), list, 200, ""},

		{"a message that is too large", "POST", "/mcp", good, tooLarge, 413, "larger than 4096 bytes"},
		{"one too large for /message", "POST", "/message?sessionId=x", good, strings.Repeat("x", 5<<10), 404, "no such session"},
		{"no session", "POST", "/mcp", good, rpc(1, "tools/call", listing), 400, "initialize"},
		{"a session nobody opened", "POST", "/mcp", good.with(headers{"Mcp-Session-Id": "mcp-session-" + workspace}), rpc(1, "tools/call", listing), 404, "start one with initialize"},
		{"a stream without a session", "GET", "/mcp", good, "", 400, "Mcp-Session-Id"},
		{"an end without a session", "DELETE", "/mcp", good, "", 400, "Mcp-Session-Id"},
		{"a message for no stream", "POST", "/message", good, list, 404, "GET /sse"},
		{"a stream of the stateless era", "GET", "/mcp", good.with(headers{"Mcp-Protocol-Version": "2026-07-28"}), "", 405, ""},
		{"another method", "PUT", "/mcp", good, list, 405, "PUT is not supported"},
		{"a POST to /sse", "POST", "/sse", good, list, 405, "accepts only GET"},
		{"a GET of /message", "GET", "/message", good, "", 405, "accepts only POST"},
		{"no JSON", "POST", "/mcp", good, "{", 400, "not valid JSON"},
		{"no message", "POST", "/mcp", good, `"hello"`, 400, "not a single JSON-RPC message"},
		{"a batch of messages", "POST", "/mcp", good.with(ofList), "[" + list + "]", 400, "batches are not supported"},
		{"nothing there", "GET", "/nothing", good, "", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.sandbox.ResetRequests()
			h := c.headers
			if c.body == list || c.body == tooLarge {
				h = ofList.with(h)
			}
			got := f.do(f.request(c.method, c.path, h, c.body))
			if sent, admitted := f.upstream(), c.status == http.StatusOK; (len(sent) > 0) != admitted {
				t.Errorf("admitted %t, and %d requests were sent to LangSmith: %v", admitted, len(sent), sent)
			}
			if got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("got %d: %s; want %d and %q", got.status, got.body, c.status, c.says)
			}
			if got.status == http.StatusUnauthorized && !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("WWW-Authenticate: %q", got.header.Get("WWW-Authenticate"))
			}
			if strings.Contains(got.body, secretMark) {
				t.Errorf("the response repeats a secret: %s", got.body)
			}
			if got.header.Get("X-Request-Id") == "" {
				t.Error("the response has no request id")
			}
		})
	}
}

// Load balancers can use the probes, without a token and with any Host.
func TestProbesAreOpen(t *testing.T) {
	f := start(t, options{config: withTokens})
	for path, want := range map[string]string{"/healthz": "alive\n", "/readyz": "ready\n"} {
		got := f.do(f.request(http.MethodGet, path, headers{"Host": "evil.example", "Origin": "https://evil.example"}, ""))
		if got.status != http.StatusOK || got.body != want {
			t.Errorf("%s: %d %q, want %q", path, got.status, got.body, want)
		}
	}
}

func TestNoAuthentication(t *testing.T) {
	f := start(t, options{})
	if got := f.post("/mcp", headers{"Authorization": "Bearer SECRET-whatever"}, initialize("2025-11-25", args{})); got.status != http.StatusOK {
		t.Errorf("got %d: %s", got.status, got.body)
	}
}

func TestCORS(t *testing.T) {
	f := start(t, options{config: withTokens})
	const origin = "https://app.example.com"
	preflight := func(origin string) reply {
		return f.do(f.request(http.MethodOptions, "/mcp", headers{
			"Origin": origin, "Access-Control-Request-Method": "POST",
			"Access-Control-Request-Headers": "authorization,content-type,mcp-protocol-version",
		}, ""))
	}
	got := preflight(origin)
	if got.status != http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != origin {
		t.Errorf("a preflight: %d, %v", got.status, got.header)
	}
	allowed := strings.ToLower(got.header.Get("Access-Control-Allow-Headers"))
	for _, name := range []string{
		"authorization", "content-type", "accept", "last-event-id", "mcp-session-id", "mcp-protocol-version",
		"mcp-method", "mcp-name", "x-api-key", "langsmith-api-key", "x-tenant-id", "langsmith-workspace-id", "langsmith-endpoint", "traceparent",
	} {
		if !strings.Contains(allowed, name) {
			t.Errorf("a page may not send %s", name)
		}
	}
	if got := preflight("https://evil.example"); got.status != http.StatusForbidden || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight of another origin: %d, %v", got.status, got.header)
	}

	refused := f.post("/mcp", headers{"Origin": origin}, initialize("2025-11-25", args{}))
	if refused.status != http.StatusUnauthorized || !strings.Contains(refused.header.Get("Access-Control-Expose-Headers"), "WWW-Authenticate") ||
		refused.header.Get("Access-Control-Allow-Origin") != origin {
		t.Errorf("a page cannot read why it was refused: %d, %v", refused.status, refused.header)
	}
	plain := f.post("/mcp", headers{"Authorization": "Bearer " + tokenA}, initialize("2025-11-25", args{}))
	if plain.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("without an Origin: %v", plain.header)
	}
}

func TestRequestIDs(t *testing.T) {
	f := start(t, options{})
	for given, kept := range map[string]bool{"from-proxy.1": true, "two words": false, strings.Repeat("x", 65): false, `"}{`: false} {
		got := f.do(f.request(http.MethodGet, "/readyz", headers{"X-Request-Id": given}, "")).header.Get("X-Request-Id")
		if (got == given) != kept || got == "" {
			t.Errorf("%q became %q", given, got)
		}
	}
}

// subject returns the log's fingerprint of a token.
func subject(token string) string {
	return fmt.Sprintf(`"subject":"%x"`, sha256.Sum256([]byte(token)))[:len(`"subject":"`)+16]
}

// The log has the caller, the call and the reason of a refusal, but no secret and no query.
func TestAccessLog(t *testing.T) {
	f := start(t, options{config: withTokens})
	session := f.open(headers{"Authorization": "Bearer " + tokenA, "X-API-Key": callerKey(7), "X-Request-Id": "req-1"})
	f.post("/mcp?token=SECRET-in-the-query", session.with(headers{"X-Request-Id": "req-2"}), toolCall(2, "list_projects", args{"name_contains": "SECRET-name"}))
	f.post("/mcp", headers{"Authorization": "Bearer SECRET", "X-Request-Id": "req-3"}, rpc(3, "ping", args{}))
	f.post("/mcp", headers{"Host": "elsewhere.example", "X-Request-Id": "req-4"}, rpc(4, "ping", args{}))
	f.post("/mcp", headers{"Authorization": "Bearer " + tokenB, "X-Request-Id": "req-5"}, rpc(5, "ping", args{}))
	logged := f.log.String()
	for id, want := range map[string][]string{
		"req-1": {`"message":"request"`, `"level":"info"`, `"path":"/mcp"`, `"status":200`, `"guard":"token"`, `"own_key":true`, `"rpc_method":"initialize"`, `"from":"127.0.0.1"`},
		"req-2": {`"message":"call"`, `"level":"info"`, `"tool":"list_projects"`, `"outcome":"ok"`, `"upstream_status":200`, `"caller":"`, `"duration_ms":`, subject(tokenA)},
		"req-3": {`"message":"request"`, `"level":"warn"`, `"status":401`, `"reason":"the token is not one of this server's"`},
		"req-4": {`"message":"request"`, `"level":"warn"`, `"status":403`, `"reason":"the host \"elsewhere.example\" is not allowed`},
		"req-5": {`"message":"request"`, `"level":"warn"`, `"status":400`, `"reason":"send the Mcp-Session-Id`, subject(tokenB)},
	} {
		lines := []string{}
		for line := range strings.Lines(logged) {
			if strings.Contains(line, `"request_id":"`+id+`"`) && !strings.Contains(line, `"level":"debug"`) {
				lines = append(lines, line)
			}
		}
		if len(lines) != 1 {
			t.Fatalf("%s has the lines %q", id, lines)
		}
		for _, part := range want {
			if !strings.Contains(lines[0], part) {
				t.Errorf("%s lacks %s: %s", id, part, lines[0])
			}
		}
	}
}
