package web_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
)

// gate blocks requests to LangSmith until it is opened or their callers are gone.
type gate struct {
	next    http.RoundTripper
	arrived chan string // the key of each blocked request
	left    chan string // the key of each cancelled request
	open    chan struct{}
}

func newGate() *gate {
	return &gate{arrived: make(chan string, 1000), left: make(chan string, 1000), open: make(chan struct{})}
}

func (g *gate) wrap(next http.RoundTripper) http.RoundTripper {
	g.next = next
	return g
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	key := r.Header.Get("X-Api-Key")
	g.arrived <- key
	select {
	case <-g.open:
		return g.next.RoundTrip(r)
	case <-r.Context().Done():
		g.left <- key
		return nil, r.Context().Err()
	}
}

// background sends a request and returns a channel for its response.
func (f *fixture) background(r *http.Request) <-chan reply {
	got := make(chan reply, 1)
	go func() {
		defer close(got)
		answer, err := f.client.Do(r)
		if err != nil {
			return
		}
		defer answer.Body.Close()
		var body strings.Builder
		_, _ = io.Copy(&body, answer.Body)
		got <- reply{answer.StatusCode, answer.Header, body.String()}
	}()
	return got
}

func ownKey(n int) headers { return headers{"X-API-Key": callerKey(n)} }

func cancelledMessage(id any) string {
	return rpc(nil, "notifications/cancelled", args{"requestId": id, "reason": "test"})
}

// Two callers without sessions use the same id concurrently: each gets its own response, and
// a cancellation by one cancels neither.
func TestEqualIDsWithoutSession(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap})
	body, h := stateless(7, "tools/call", args{"name": "list_projects", "arguments": args{}})
	projects := []string{"of-the-first", "of-the-second"}
	var answers []<-chan reply
	for n, name := range projects {
		workspace := uuid.New()
		f.sandbox.AddProject(sandbox.Project{Workspace: workspace, Name: name})
		who := ownKey(n).with(headers{"X-Tenant-Id": workspace.String()})
		answers = append(answers, f.background(f.request(http.MethodPost, "/mcp", h.with(who), body)))
	}
	first, second := <-g.arrived, <-g.arrived
	if first == second {
		t.Fatalf("both requests have the key %s", first)
	}
	for _, id := range []any{7, "7"} {
		modern, modernHeaders := stateless(nil, "notifications/cancelled", args{"requestId": id})
		for name, try := range map[string]struct {
			body string
			h    headers
		}{
			"with the version in both places": {modern, modernHeaders.with(ownKey(0))},
			"with the version in the header":  {cancelledMessage(id), headers{"Mcp-Protocol-Version": mcp.ProtocolVersion20260728}},
			"with the version in the message": {modern, ownKey(0)},
		} {
			if got := f.post("/mcp", try.h, try.body); got.status != http.StatusAccepted {
				t.Errorf("a cancellation %s: %d %s", name, got.status, got.body)
			}
		}
		twice := strings.Replace(modern, `"method"`, `"method":"x","method"`, 1)
		if got := f.post("/mcp", modernHeaders, twice); got.status != http.StatusBadRequest {
			t.Errorf("a cancellation with a method that is given twice: %d %s", got.status, got.body)
		}
		if got := f.post("/mcp", ownKey(0), cancelledMessage(id)); got.status != http.StatusBadRequest {
			t.Errorf("a cancellation without a session: %d %s", got.status, got.body)
		}
	}
	close(g.open)
	for n, answer := range answers {
		got := <-answer
		result := got.tool(t)
		if result.Result.IsError || string(result.ID) != "7" {
			t.Errorf("caller %d got %s", n, got.body)
		}
		for owner, name := range projects {
			for _, said := range []string{result.text(), string(result.Result.Structured)} {
				if strings.Contains(said, name) != (owner == n) {
					t.Errorf("caller %d's response, and the project %s: %s", n, name, said)
				}
			}
		}
	}
}

// A call can be cancelled in its own session only.
func TestCancelInSession(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap})
	mine, theirs := f.open(ownKey(1)), f.open(ownKey(2))
	answer := f.background(f.request(http.MethodPost, "/mcp", mine, toolCall(7, "list_projects", args{})))
	<-g.arrived

	f.post("/mcp", theirs, cancelledMessage(7))
	stolen := ownKey(2).with(headers{"Mcp-Session-Id": mine["Mcp-Session-Id"]})
	for name, thief := range map[string]headers{"with another key": stolen, "without a key": {"Mcp-Session-Id": mine["Mcp-Session-Id"]}} {
		if got := f.post("/mcp", thief, cancelledMessage(7)); got.status != http.StatusNotFound {
			t.Errorf("a cancellation %s: %d %s", name, got.status, got.body)
		}
	}
	select {
	case <-g.left:
		t.Fatal("another caller cancelled the call")
	default:
	}

	f.post("/mcp", mine, cancelledMessage(7))
	<-g.left // otherwise the test times out
	<-answer
}

// Ids are compared by their bytes: 7 is not "7", and large numbers that differ little are
// different.
func TestCancelSimilarIDs(t *testing.T) {
	for _, c := range []struct {
		id     any
		others []any
	}{{7, []any{"7", "\"7\"", 7.5, nil}}, {"7", []any{7}}, {1764412345678901234, []any{1764412345678901235, "1764412345678901234"}}} {
		g := newGate()
		f := start(t, options{wrap: g.wrap})
		session := f.open(nil)
		answer := f.background(f.request(http.MethodPost, "/mcp", session, toolCall(c.id, "list_projects", args{})))
		<-g.arrived
		for _, other := range c.others {
			if got := f.post("/mcp", session, cancelledMessage(other)); got.status != http.StatusAccepted {
				t.Errorf("cancelling %v: %d %s", other, got.status, got.body)
			}
		}
		close(g.open)
		if got := (<-answer).tool(t); got.Result.IsError || !strings.Contains(got.text(), projectName) {
			t.Errorf("after cancelling %v, call %v returned %s", c.others, c.id, got.text())
		}
	}
}

// Without sessions, closing the response cancels the call.
func TestClosedResponseCancels(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap})
	body, h := stateless(7, "tools/call", args{"name": "list_projects", "arguments": args{}})
	ctx, leave := context.WithCancel(t.Context())
	f.background(f.request(http.MethodPost, "/mcp", h, body).WithContext(ctx))
	<-g.arrived
	leave()
	<-g.left
}

// A session belongs to its opener. For other callers it does not exist.
func TestSessionOwners(t *testing.T) {
	f := start(t, options{config: withTokens})
	teamA, teamB := headers{"Authorization": "Bearer " + tokenA}, headers{"Authorization": "Bearer " + tokenB}
	plain, keyed := f.open(teamA), f.open(teamA.with(ownKey(1)))
	for name, c := range map[string]struct {
		session headers
		caller  headers
		want    int
	}{
		"its opener":                            {plain, teamA, 200},
		"its opener, with a key later":          {plain, teamA.with(ownKey(1)), 200},
		"another token":                         {plain, teamB, 404},
		"another token and a key":               {plain, teamB.with(ownKey(1)), 404},
		"its opener with the key":               {keyed, teamA.with(ownKey(1)), 200},
		"its opener with the key in a region":   {keyed, teamA.with(ownKey(1)).with(headers{"LANGSMITH-ENDPOINT": "https://eu.api.smith.langchain.com"}), 200},
		"the same token with another key":       {keyed, teamA.with(ownKey(2)), 404},
		"the same token without the key":        {keyed, teamA, 404},
		"another token with the key":            {keyed, teamB.with(ownKey(1)), 404},
		"its opener, with the code cut short":   {headers{"Mcp-Session-Id": plain["Mcp-Session-Id"][:45]}, teamA, 404},
		"its opener, with another kind written": {headers{"Mcp-Session-Id": "e" + plain["Mcp-Session-Id"][1:]}, teamA, 404},
	} {
		h := c.caller.with(headers{"Mcp-Session-Id": c.session["Mcp-Session-Id"]})
		if got := f.post("/mcp", h, rpc(2, "tools/list", args{})); got.status != c.want {
			t.Errorf("%s: POST %d, want %d", name, got.status, c.want)
		}
		stream := f.read(f.request(http.MethodGet, "/mcp", h, ""))
		if stream.status != c.want {
			t.Errorf("%s: GET %d, want %d", name, stream.status, c.want)
		}
		stream.close()
		if c.want == http.StatusOK {
			continue
		}
		if got := f.do(f.request(http.MethodDelete, "/mcp", h, "")); got.status != c.want {
			t.Errorf("%s: DELETE %d, want %d", name, got.status, c.want)
		}
	}

	if got := f.do(f.request(http.MethodDelete, "/mcp", plain, "")); got.status != http.StatusOK {
		t.Errorf("its opener: DELETE %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", plain, rpc(2, "tools/list", args{})); got.status != http.StatusNotFound {
		t.Errorf("after its end: %d %s", got.status, got.body)
	}
}

// Any replica accepts a session that another has opened.
func TestSessionAtAnotherReplica(t *testing.T) {
	guards := func(c *config.Config) { c.HTTP.AuthTokens = []langsmith.Secret{tokenA, tokenB} }
	first, second := start(t, options{config: guards}), start(t, options{config: guards})
	session := first.open(headers{"Authorization": "Bearer " + tokenA}.with(ownKey(1)))
	if got := second.post("/mcp", session, rpc(2, "tools/list", args{})); got.status != http.StatusOK {
		t.Errorf("the owner: %d %s", got.status, got.body)
	}
	if got := second.post("/mcp", session.with(ownKey(2)), rpc(2, "tools/list", args{})); got.status != http.StatusNotFound {
		t.Errorf("another caller: %d %s", got.status, got.body)
	}
}

// A stream at /sse accepts messages only from its opener.
func TestStreamOwners(t *testing.T) {
	g := newGate()
	f := start(t, options{config: withTokens, wrap: g.wrap})
	teamA, teamB := headers{"Authorization": "Bearer " + tokenA}, headers{"Authorization": "Bearer " + tokenB}
	stream := f.openSSE(teamA.with(ownKey(1)))
	stream.post(teamA.with(ownKey(1)), toolCall(7, "list_projects", args{}))
	if key := <-g.arrived; key != callerKey(1) {
		t.Fatalf("the request has the key %s", key)
	}
	for name, h := range map[string]headers{"another token": teamB, "another token with the key": teamB.with(ownKey(1)), "another key": teamA.with(ownKey(2)), "no key": teamA} {
		if got := f.post(stream.path, h, cancelledMessage(7)); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := f.post("/message?sessionId="+uuid.NewString(), teamA, cancelledMessage(7)); got.status != http.StatusNotFound {
		t.Errorf("a guessed session: %d %s", got.status, got.body)
	}
	other := f.openSSE(teamA.with(ownKey(1)))
	other.post(teamA.with(ownKey(1)), cancelledMessage(7)) // of another stream, so it does not cancel this call
	stream.post(teamA.with(ownKey(1)), cancelledMessage("7"))
	select {
	case <-g.left:
		t.Fatal("another caller cancelled the call")
	default:
	}
	stream.post(teamA.with(ownKey(1)), cancelledMessage(7))
	<-g.left
}

// A cancellation that follows its call immediately cancels it.
func TestImmediateCancellationOnSSE(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap})
	stream := f.openSSE(nil)
	for id := range 50 {
		stream.post(nil, toolCall(id, "list_projects", args{}))
		stream.post(nil, cancelledMessage(id))
	}
	// A call that gets a response now was not cancelled.
	close(g.open)
	stream.post(nil, rpc("last", "ping", nil))
	for message := range stream.messages {
		if strings.Contains(message, `"last"`) {
			break
		}
		t.Errorf("a cancelled call got a response: %s", message)
	}
}

// The calls of a stream at /sse end with it.
func TestDisconnectCancelsCallsOnSSE(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap})
	stream := f.openSSE(nil)
	for id := range 3 {
		stream.post(nil, toolCall(id, "list_projects", args{}))
		<-g.arrived
	}
	stream.close()
	for range 3 {
		<-g.left
	}
}
