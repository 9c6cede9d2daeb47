package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/web"
)

// untilEnding waits until /readyz reports the shutdown.
func (f *fixture) untilEnding() {
	for f.do(f.request(http.MethodGet, "/readyz", nil, "")).status != http.StatusServiceUnavailable {
	}
}

// hold returns a wrapper that blocks the requests to LangSmith that match.
func (g *gate) hold(match func(*http.Request) bool) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		g.next = next
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if match(r) {
				return g.RoundTrip(r)
			}
			return next.RoundTrip(r)
		})
	}
}

func isPaid(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/insights")
}

// During the shutdown /readyz fails, and the calls in flight get their responses.
func TestShutdownWithCallsInFlight(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap, web: func(o *web.Options) { o.Grace = time.Minute }})
	session := f.open(nil)
	standing := f.read(f.request(http.MethodGet, "/mcp", session, ""))
	old := f.openSSE(nil)
	answer := f.background(f.request(http.MethodPost, "/mcp", session, toolCall(7, "list_projects", args{})))
	old.post(nil, toolCall(8, "list_projects", args{}))
	<-g.arrived
	<-g.arrived

	f.signal()
	f.untilEnding()
	if got := f.do(f.request(http.MethodGet, "/healthz", nil, "")); got.status != http.StatusOK {
		t.Errorf("healthz: %d", got.status)
	}
	// A load balancer that has not noticed the shutdown still sends calls.
	if got := f.post("/mcp", session, rpc(9, "tools/list", args{})); got.status != http.StatusOK {
		t.Errorf("a new call: %d %s", got.status, got.body)
	}
	close(g.open)
	if got := (<-answer).tool(t).text(); !strings.Contains(got, projectName) {
		t.Errorf("the call returned %q", got)
	}
	if got := old.result(8).text(); !strings.Contains(got, projectName) {
		t.Errorf("the call on /sse returned %q", got)
	}
	for range standing.messages { // until it ends
	}
	for range old.messages {
	}
}

// A call that takes too long is cancelled, and its result says so.
func TestShutdownCancelsCalls(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.wrap, web: func(o *web.Options) { o.Grace = 50 * time.Millisecond }})
	body, h := stateless(9, "tools/call", args{"name": "list_projects", "arguments": args{}})
	old := f.openSSE(nil)
	answers := []<-chan reply{
		f.background(f.request(http.MethodPost, "/mcp", f.open(nil), toolCall(7, "list_projects", args{}))),
		f.background(f.request(http.MethodPost, "/mcp", h, body)),
	}
	old.post(nil, toolCall(8, "list_projects", args{}))
	for range 3 {
		<-g.arrived
	}
	f.signal()
	for range 3 {
		<-g.left
	}
	for id, answer := range map[string]string{"7": lastMessage(<-answers[0]), "9": lastMessage(<-answers[1]), "8": <-old.messages} {
		if problem := checkAnswer(answer, id); problem != "" || !strings.Contains(answer, "This server shut down before the call was done.") {
			t.Errorf("the response to call %s is %q: %s", id, answer, problem)
		}
	}
}

// With a load balancer, the server continues to serve until that has noticed the shutdown,
// also without a call in flight, and closes no connection before its response.
func TestShutdownWaitsForLoadBalancer(t *testing.T) {
	f := start(t, options{web: func(o *web.Options) { o.Grace = time.Minute }})
	session := f.open(nil)
	if got := f.do(f.request(http.MethodGet, "/readyz", nil, "")); got.status != http.StatusOK {
		t.Fatalf("readyz: %d", got.status)
	}
	f.signal()
	f.untilEnding()
	for n := range 20 {
		if got := f.post("/mcp", session, rpc(n, "tools/list", args{})); got.status != http.StatusOK {
			t.Errorf("a call that the load balancer still sent: %d %s", got.status, got.body)
		}
	}
	f.untilRefusing()
}

// Waiting calls return the job's state at once.
func TestShutdownEndsWaits(t *testing.T) {
	g := newGate()
	close(g.open)
	f := start(t, options{wrap: g.hold(isPoll), web: func(o *web.Options) { o.Grace = time.Minute }})
	answer := f.background(f.request(http.MethodPost, "/mcp", f.open(nil), f.endlessWait(7)))
	<-g.arrived
	f.signal()
	got := (<-answer).tool(t)
	if got.Result.IsError || !strings.Contains(string(got.Result.Structured), `"running"`) {
		t.Errorf("the wait returned %s\n%s", got.text(), got.Result.Structured)
	}
}

// isPoll matches the request that reads a job.
func isPoll(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/insights/")
}

// endlessWait waits for a job that never ends.
func (f *fixture) endlessWait(id any) string {
	job := f.sandbox.AddJob(f.project, sandbox.Job{Name: "long", Status: "running"})
	return toolCall(id, "wait_for_insights_job", args{"job_id": job, "timeout_seconds": 1800})
}

// The shutdown waits for a paid request in flight, and its call returns the job.
func TestShutdownWaitsForPaidRequest(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.hold(isPaid), web: func(o *web.Options) { o.Grace = 50 * time.Millisecond }})
	answer := f.background(f.request(http.MethodPost, "/mcp", f.open(nil), toolCall(7, "create_insights_job", args{"model": "openai"})))
	<-g.arrived
	f.signal()
	f.untilRefusing()
	close(g.open)
	if got := (<-answer).tool(t); got.Result.IsError || f.sandbox.JobsStarted() != 1 {
		t.Errorf("%d jobs, and the call returned %s", f.sandbox.JobsStarted(), got.text())
	}
}

// A call whose paid request outlasts the shutdown returns that a job may have been started.
func TestPaidRequestBeyondShutdown(t *testing.T) {
	g := newGate()
	f := start(t, options{wrap: g.hold(isPaid), web: func(o *web.Options) { o.Grace, o.PaidGrace = 50*time.Millisecond, 60*time.Millisecond }})
	answer := f.background(f.request(http.MethodPost, "/mcp", f.open(nil), toolCall(7, "create_insights_job", args{"model": "openai"})))
	<-g.arrived
	f.signal()
	if got := (<-answer).tool(t); !got.Result.IsError || !strings.Contains(got.text(), "list_insights_jobs") {
		t.Errorf("the call returned %s", got.text())
	}
	close(g.open)
}

// untilRefusing waits until the server's port is closed.
func (f *fixture) untilRefusing() {
	for {
		answer, err := f.client.Do(f.request(http.MethodGet, "/readyz", nil, ""))
		if err != nil {
			return
		}
		_ = answer.Body.Close()
	}
}
