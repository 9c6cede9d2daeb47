package replicas

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// openSSE opens a stream at /sse through the load balancer, and returns its events and the
// path for messages. The stream ends with the test.
func (c *cluster) openSSE(t *testing.T, who caller) (stream *http.Response, messages *events, path string) {
	t.Helper()
	stream, err := c.open(t.Context(), http.MethodGet, "http://"+c.balancer+"/sse", who.headers(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Body.Close() })
	messages = newEvents(stream.Body)
	endpoint, err := messages.next()
	if err != nil {
		t.Fatal(err)
	}
	return stream, messages, "/" + string(endpoint) // it is relative to /sse
}

// The load balancer sends a stream at /sse and its messages to the same replica.
func TestSSE(t *testing.T) {
	c := start(t, clusterOptions{})
	replicas := map[string]bool{}
	for range 8 {
		who := c.langSmith.newCaller()
		stream, messages, endpoint := c.openSSE(t, who)
		replica := stream.Header.Get("X-Replica")
		replicas[replica] = true
		for id, body := range []string{initialize(object{}), toolCall(2, "list_projects", object{})} {
			posted, text := c.send(t, http.MethodPost, "http://"+c.balancer+endpoint, who.headers(), body)
			if posted.StatusCode != http.StatusAccepted || posted.Header.Get("X-Replica") != replica {
				t.Fatalf("message %d went to %s, the stream is at %s: %s %s", id, posted.Header.Get("X-Replica"), replica, posted.Status, text)
			}
			if answer, err := messages.next(); err != nil || !strings.Contains(string(answer), `"result"`) {
				t.Fatalf("%v: %s", err, answer)
			}
		}
		// Without affinity a message may reach a replica without its stream.
		for _, r := range c.replicas {
			if posted, text := c.send(t, http.MethodPost, "http://"+r.address+endpoint, who.headers(), toolCall(3, "list_projects", object{})); r.name != replica &&
				(posted.StatusCode != http.StatusNotFound || !strings.Contains(text, "open one with GET /sse")) {
				t.Errorf("%s takes a message for a stream at %s: %s %s", r.name, replica, posted.Status, text)
			}
		}
	}
	if len(replicas) < 2 {
		t.Errorf("all streams are at %v", replicas)
	}
}

var elicits = object{"elicitation": object{}}

// askPerson begins a create that asks a person first, and returns the question's id.
func (c *cluster) askPerson(t *testing.T, address string, who caller, session headers, name string) (*waitCall, json.RawMessage) {
	t.Helper()
	answer, err := c.open(t.Context(), http.MethodPost, "http://"+address+"/mcp", session,
		toolCall(1, "create_insights_job", object{"session_id": who.project, "name": name}))
	if err != nil {
		t.Fatal(err)
	}
	w := &waitCall{answer, newEvents(answer.Body)}
	var question struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	event, err := w.events.next()
	if err == nil {
		err = json.Unmarshal(event, &question)
	}
	if err != nil || question.Method != "elicitation/create" {
		t.Fatalf("%s: %v, %s", answer.Status, err, event)
	}
	return w, question.ID
}

func acceptance(id json.RawMessage) string {
	return encode(object{"jsonrpc": "2.0", "id": id, "result": object{"action": "accept", "content": object{"answer": true}}})
}

// Without affinity, what needs it at /mcp fails with a reason or has no effect, and the
// call continues at its replica.
func TestWithoutAffinity(t *testing.T) {
	c := start(t, clusterOptions{args: []string{"--confirm"}})
	who := c.langSmith.newCaller()
	here, elsewhere := c.replicas[0].address, c.replicas[1].address

	session := c.session(t, here, who, elicits)
	asking, id := c.askPerson(t, here, who, session, "asked")
	answer, text := c.send(t, http.MethodPost, "http://"+elsewhere+"/mcp", session, acceptance(id))
	if answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, "another replica sent the request") {
		t.Errorf("an answer to a question of another replica's: %s %s", answer.Status, text)
	}
	if answer, text := c.send(t, http.MethodPost, "http://"+here+"/mcp", session, acceptance(id)); answer.StatusCode != http.StatusAccepted {
		t.Errorf("an answer: %s %s", answer.Status, text)
	}
	made, err := asking.end()
	if err != nil || made.isError || made.job.ID == "" {
		t.Fatalf("%v, %+v", err, made)
	}

	arguments := object{"session_id": who.project, "job_id": made.job.ID, "timeout_seconds": 1800}
	wait, err := c.wait(t.Context(), here, session, 7, arguments)
	if err != nil {
		t.Fatal(err)
	}
	cancelled := message(nil, "notifications/cancelled", object{"requestId": 7})
	if answer, text := c.send(t, http.MethodPost, "http://"+elsewhere+"/mcp", session, cancelled); answer.StatusCode != http.StatusAccepted {
		t.Errorf("a cancellation of another replica's call: %s %s", answer.Status, text)
	}
	if event, err := wait.events.next(); err != nil || !strings.Contains(string(event), "notifications/progress") {
		t.Errorf("the wait does not go on: %v, %s", err, event)
	}
	if answer, text := c.send(t, http.MethodPost, "http://"+here+"/mcp", session, cancelled); answer.StatusCode != http.StatusAccepted {
		t.Errorf("a cancellation: %s %s", answer.Status, text)
	}
	if got, err := wait.end(); err == nil && got.job.Status != "" {
		t.Errorf("a wait that was cancelled says %+v", got)
	}
}

// With affinity of sessions all features of protocol versions with sessions work through
// the load balancer, and requests without sessions reach all replicas.
func TestWithAffinity(t *testing.T) {
	c := start(t, clusterOptions{args: []string{"--confirm"}, affinity: true})
	replicas := map[string]bool{}
	for n := range 6 {
		who := c.langSmith.newCaller()
		session := c.session(t, c.balancer, who, elicits)
		asking, id := c.askPerson(t, c.balancer, who, session, fmt.Sprint(n))
		replica := asking.answer.Header.Get("X-Replica")
		replicas[replica] = true
		if answer, text := c.send(t, http.MethodPost, "http://"+c.balancer+"/mcp", session, acceptance(id)); answer.StatusCode != http.StatusAccepted {
			t.Errorf("an answer: %s %s", answer.Status, text)
		}
		made, err := asking.end()
		if err != nil || made.isError {
			t.Fatalf("%v, %+v", err, made)
		}

		ctx, leave := context.WithCancel(t.Context())
		standing, err := c.open(ctx, http.MethodGet, "http://"+c.balancer+"/mcp", session, "")
		if err != nil {
			t.Fatal(err)
		}
		if at := standing.Header.Get("X-Replica"); standing.StatusCode != http.StatusOK || at != replica {
			t.Errorf("the standing stream of a session at %s: %s at %s", replica, standing.Status, at)
		}
		wait, err := c.wait(ctx, c.balancer, session, 7, object{"session_id": who.project, "job_id": made.job.ID, "timeout_seconds": 1800})
		if err != nil {
			t.Fatal(err)
		}
		c.send(t, http.MethodPost, "http://"+c.balancer+"/mcp", session, message(nil, "notifications/cancelled", object{"requestId": 7}))
		if got, err := wait.end(); err == nil && got.job.Status != "" {
			t.Errorf("a wait that was cancelled says %+v", got)
		}
		leave()
		_ = standing.Body.Close()
	}
	if len(replicas) < 2 {
		t.Errorf("all sessions are at %v", replicas)
	}
	spread, who := map[string]bool{}, c.langSmith.newCaller()
	for range 9 {
		h, body := statelessCall(who, "list_projects", object{})
		got, err := c.call(t.Context(), c.balancer, h, body)
		if err != nil {
			t.Fatal(err)
		}
		spread[got.replica] = true
	}
	if len(spread) != len(c.replicas) {
		t.Errorf("calls without a session are all at %v", spread)
	}
}
