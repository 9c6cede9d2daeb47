package web_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/web"
)

// A header with a placeholder, or one that proxies drop, is refused: ignoring it would use
// the operator's key.
func TestUnreplacedHeaders(t *testing.T) {
	f := start(t, options{})
	const good = "lsv2_pt_SECRET_of_a_caller"
	for _, name := range []string{"X-API-Key", "LANGSMITH-API-KEY", "X-Tenant-Id", "LANGSMITH-WORKSPACE-ID", "LANGSMITH-ENDPOINT"} {
		for _, value := range []string{"${LANGSMITH_API_KEY}", "${input:key}", "${env:KEY}", "{env:LANGSMITH_API_KEY}", "$LANGSMITH_API_KEY", "${}", " ${X} "} {
			got := f.post("/mcp", headers{name: value}, rpc(1, "initialize", args{}))
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, name) || !strings.Contains(got.body, "placeholder") {
				t.Errorf("%s: %s: %d %s", name, value, got.status, got.body)
			}
		}
		variable := strings.ReplaceAll(name, "-", "_")
		if got := f.post("/mcp", headers{variable: good}, rpc(1, "initialize", args{})); got.status != http.StatusBadRequest || !strings.Contains(got.body, name) {
			t.Errorf("%s: %d %s", variable, got.status, got.body)
		}
	}
}

// The flag that a refusal advises is valid. If no flag helps, none is named.
func TestRefusedOriginAdvice(t *testing.T) {
	f := start(t, options{})
	advice := regexp.MustCompile(`(--allow-(?:host|origin)) ([^\s"]+)"`)
	for _, origin := range []string{"null", "file://", "file:///home/x.html", "data:", "https://", "chrome-extension://abc", "https://app.example.com", "http://evil.example:8080", "https://x y"} {
		got := f.post("/mcp", headers{"Origin": origin}, rpc(1, "ping", nil))
		if got.status != http.StatusForbidden {
			t.Errorf("Origin %s: %d %s", origin, got.status, got.body)
		}
		if named := advice.FindStringSubmatch(got.body); named != nil {
			_, err := config.Load(config.HTTPCmd, map[string]string{strings.TrimPrefix(named[1], "--"): named[2]}, func(string) string { return "" })
			if err != nil {
				t.Errorf("Origin %s: %s is refused: %v", origin, named[0], err)
			}
		} else if origin == "https://app.example.com" {
			t.Errorf("Origin %s: no flag is advised: %s", origin, got.body)
		}
	}
}

// The path in the log is that of the handler, and not the caller's text.
func TestLogHasRoutes(t *testing.T) {
	f := start(t, options{})
	for path, route := range map[string]string{
		"/mcp/" + callerKey(1): "other", "/" + callerKey(2) + "/sse": "other", "/healthz": "/healthz", "/mcp": "/mcp", "/message?sessionId=" + callerKey(3): "/message",
	} {
		f.do(f.request(http.MethodGet, path, nil, ""))
		f.do(f.request(http.MethodGet, "/readyz", nil, "")) // the earlier line has been written by then
		if log := f.log.String(); !strings.Contains(log, `"path":"`+route+`"`) || strings.Contains(log, secretMark) {
			t.Errorf("%s:\n%s", path, log)
		}
	}
}

// The address of messages is valid below any path that a proxy serves.
func TestSSEBelowPath(t *testing.T) {
	f := start(t, options{})
	answer, err := f.client.Do(f.request(http.MethodGet, "/sse", nil, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	begin := make([]byte, 512)
	n, _ := answer.Body.Read(begin)
	_, data, _ := strings.Cut(string(begin[:n]), "data: ")
	data, _, _ = strings.Cut(data, "\n")
	below, _ := url.Parse("https://gateway.example/insights/sse")
	if address, err := below.Parse(data); err != nil || !strings.HasPrefix(address.String(), "https://gateway.example/insights/message?sessionId=") {
		t.Errorf("%q leads to %s, %v", data, address, err)
	}
}

// A session's id in an address is not a credential: only the credentials that opened the
// stream are accepted.
func TestSessionIDIsNoCredential(t *testing.T) {
	f := start(t, options{})
	own := headers{"X-API-Key": callerKey(1)}
	stream := f.openSSE(own)
	for name, h := range map[string]headers{"no key": nil, "another key": {"X-API-Key": callerKey(2)}, "another workspace": {"X-API-Key": callerKey(1), "X-Tenant-Id": f.workspace.String()}} {
		if got := f.post(stream.path, h, rpc(1, "tools/list", args{})); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	keyless := f.openSSE(nil)
	if got := f.post(keyless.path, own, `{"jsonrpc":"2.0","id":1,"result":{}}`); got.status != http.StatusNotFound {
		t.Errorf("a response with a key for a stream without: %d %s", got.status, got.body)
	}
}

// A message that is sent slowly reserves only the size of the part that has arrived, and a
// small one nothing.
func TestSlowMessagesReserveNothing(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap, web: func(o *web.Options) { o.Limits.Body, o.Limits.Bodies = 200<<10, 200<<10 }})
	session := f.open(nil)
	call := rpc(7, "tools/call", args{"name": "list_projects", "arguments": args{}})
	waits := []<-chan reply{}
	for range 2 { // chunked, with a late response
		chunked := f.request(http.MethodPost, "/mcp", session, call)
		chunked.ContentLength = -1
		waits = append(waits, f.background(chunked))
		<-g.arrived
	}
	for _, length := range []int64{-1, 150 << 10} { // they never arrive
		slow, feed := io.Pipe()
		defer feed.Close()
		request := f.request(http.MethodPost, "/mcp", session, "")
		request.Body, request.ContentLength = slow, length
		go func() {
			if answer, err := f.client.Do(request); err == nil {
				answer.Body.Close()
			}
		}()
		if _, err := feed.Write([]byte(`{"jsonrpc":`)); err != nil {
			t.Fatal(err)
		}
	}
	large := f.request(http.MethodPost, "/mcp", session, rpc(8, "ping", args{"_meta": args{"filler": strings.Repeat("x", 150<<10)}}))
	large.ContentLength = -1
	if got := f.do(large); got.status != http.StatusOK {
		t.Errorf("a large message: %d %s", got.status, got.body)
	}
	close(g.open)
	for _, wait := range waits {
		if got := <-wait; got.status != http.StatusOK {
			t.Errorf("a wait: %d %s", got.status, got.body)
		}
	}
}
