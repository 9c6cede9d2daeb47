package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/server/web"
)

// Large messages wait for room, and are refused if none becomes free. Small ones need none.
// The room is free again after the call's response.
func TestLargeMessagesShareBound(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap, web: func(o *web.Options) {
		o.Limits.Body, o.Limits.Bodies, o.Limits.BodyTime = 200<<10, 200<<10, 50*time.Millisecond
	}})
	session := f.open(nil)
	large := rpc(7, "tools/call", args{"name": "list_projects", "arguments": args{}, "_meta": args{"filler": strings.Repeat("x", 150<<10)}})
	chunked := f.request(http.MethodPost, "/mcp", session, large)
	chunked.ContentLength = -1

	first := f.background(f.request(http.MethodPost, "/mcp", session, large))
	<-g.arrived
	for name, request := range map[string]*http.Request{"announced": f.request(http.MethodPost, "/mcp", session, large), "in chunks": chunked} {
		if got := f.do(request); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
			t.Errorf("a second large message, %s: %d %s", name, got.status, got.body)
		}
	}
	if got := f.post("/mcp", session, rpc(8, "tools/list", args{})); got.status != http.StatusOK {
		t.Errorf("a small message: %d %s", got.status, got.body)
	}
	close(g.open)
	if got := <-first; got.status != http.StatusOK {
		t.Errorf("the first: %d %s", got.status, got.body)
	}
	if got := f.do(f.request(http.MethodPost, "/mcp", session, large)); got.status != http.StatusOK {
		t.Errorf("afterwards: %d %s", got.status, got.body)
	}
}

// Over /sse a call outlives its POST, and keeps its room until its response.
func TestLargeMessagesOverSSE(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap, web: func(o *web.Options) {
		o.Limits.Body, o.Limits.Bodies, o.Limits.BodyTime = 200<<10, 200<<10, 50*time.Millisecond
	}})
	stream := f.openSSE(nil)
	large := func(id int) string {
		return rpc(id, "tools/call", args{"name": "list_projects", "arguments": args{}, "_meta": args{"filler": strings.Repeat("x", 150<<10)}})
	}
	stream.post(nil, large(1))
	<-g.arrived
	if got := f.do(f.request(http.MethodPost, stream.path, nil, large(2))); got.status != http.StatusServiceUnavailable {
		t.Errorf("a second large message: %d %s", got.status, got.body)
	}
	close(g.open)
	if got := stream.result(1); got.Result.IsError {
		t.Errorf("the first says %s", got.text())
	}
	stream.post(nil, large(3))
	if got := stream.result(3); got.Result.IsError {
		t.Errorf("afterwards: %s", got.text())
	}
}

// The log contains no text of a caller.
func TestLogHasOnlyKnownNames(t *testing.T) {
	f := start(t, options{})
	session := f.open(nil)
	f.post("/mcp", session, rpc(1, "words lsv2_pt_method", args{}))
	f.post("/mcp", session, rpc(2, "tools/call", args{"name": "lsv2_pt_tool", "arguments": args{}}))
	f.post("/mcp", session, rpc(3, "tools/call", args{"name": "list_projects", "arguments": args{}}))
	f.post("/mcp", session, rpc(4, "tools/list", args{})) // the earlier lines have been written by then
	log := f.log.String()
	if strings.Contains(log, "lsv2_pt") {
		t.Errorf("the log has:\n%s", log)
	}
	for _, want := range []string{`"rpc_method":"other"`, `"rpc_method":"tools/call"`, `"tool":"list_projects"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

// A batch, which only one protocol version has, is refused, and the error says so.
func TestBatchesAreRefused(t *testing.T) {
	f := start(t, options{})
	got := f.post("/mcp", f.open(nil), `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "batches") {
		t.Errorf("%d %s", got.status, got.body)
	}
}
