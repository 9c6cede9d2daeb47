package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// closeRecorder is a body that records whether it was closed.
type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error { c.closed = true; return nil }

// brokenReader is a body that cannot be read.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("no more") }

func TestTransportContract(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Now: fixedTime})
	transport := s.RoundTripper()
	url := "http://sandbox" + insights(sandbox.ChatProd)

	body := &closeRecorder{Reader: strings.NewReader(`{}`)}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", url, body)
	req.Header.Set("Authorization", "Bearer token")
	req.Header.Set("X-Tenant-Id", sandbox.DefaultWorkspace().String())
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if !body.closed || resp.Request != req || resp.ContentLength <= 0 || resp.Status != "200 OK" || resp.Proto != "HTTP/1.1" {
		t.Errorf("closed %v, %+v", body.closed, resp)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, _ = http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(`{}`))
	if _, err := transport.RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request: %v", err)
	}
	req, _ = http.NewRequestWithContext(t.Context(), "POST", url, brokenReader{})
	if _, err := transport.RoundTrip(req); err == nil || !strings.Contains(err.Error(), "no more") {
		t.Errorf("a body that cannot be read: %v", err)
	}
	if n := s.JobsStarted(); n != 1 {
		t.Errorf("%d jobs started", n)
	}
}

func TestRequestsAreCopies(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	a.post("/sessions?upsert=true", obj{"name": "x"})
	got := a.s.Requests()[0]
	if got.Method != "POST" || got.Path != "/sessions" || got.RawQuery != "upsert=true" ||
		string(got.Body) != `{"name":"x"}` || got.Header.Get("X-Api-Key") != "key" {
		t.Errorf("the request is %+v", got)
	}
	got.Body[0], got.Header["X-Api-Key"][0] = 'X', "changed"
	if again := a.s.Requests()[0]; again.Body[0] != '{' || again.Header.Get("X-Api-Key") != "key" {
		t.Error("changing a returned request changes the recorded one")
	}
	a.s.ResetRequests()
	if n := len(a.s.Requests()); n != 0 {
		t.Errorf("%d requests after a reset", n)
	}
}

func TestOversizedBody(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	large := `{"name": "` + strings.Repeat("x", 20<<20) + `"}`
	a.call("POST", insights(sandbox.ChatProd), large).refused(413, "too large")
	server := httptest.NewServer(a.s)
	defer server.Close()
	resp, err := http.Post(server.URL+"/sessions", "application/json", strings.NewReader(large))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 413 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// Over sockets, responses and faults are the same as through the RoundTripper.
func TestOverSockets(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{AllowAnonymous: true})
	server := httptest.NewServer(a.s)
	defer server.Close()
	path := "/api/v1/sessions?sort_by=name"
	get := func() (int, []byte, error) {
		resp, err := server.Client().Get(server.URL + path)
		if err != nil {
			return 0, nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if date := resp.Header.Get("Date"); date != start.Format(http.TimeFormat) {
			t.Errorf("Date %q", date)
		}
		return resp.StatusCode, body, err
	}
	want := a.get(path).raw
	if _, body, err := get(); err != nil || !bytes.Equal(body, want) {
		t.Errorf("%v: %s", err, body)
	}
	for name, c := range map[string]struct {
		fault sandbox.Fault
		fails bool
	}{
		"refused":   {sandbox.Fault{Refuse: true}, true},
		"dropped":   {sandbox.Fault{DropAfter: true}, true},
		"truncated": {sandbox.Fault{TruncateBody: 20}, true},
		"slow":      {sandbox.Fault{SlowBytes: time.Microsecond, TruncateBody: 50}, true},
		"status":    {sandbox.Fault{Status: 500}, false},
	} {
		remove := a.s.Inject(c.fault)
		status, body, err := get()
		remove()
		if (err != nil) != c.fails || len(body) >= len(want) {
			t.Errorf("%s: status %d, %d bytes, %v", name, status, len(body), err)
		}
	}
}

func TestConcurrentCallers(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Now: fixedTime, AllowAnonymous: true})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)
	job := make(chan string, 8)
	for i := range cap(job) {
		go func() {
			client := &http.Client{Transport: s.RoundTripper()}
			base := "http://sandbox" + insights(sandbox.ChatProd)
			for range 3 {
				resp, err := client.Post(base, "application/json", strings.NewReader(`{"sample": 30}`))
				if err != nil {
					job <- err.Error()
					return
				}
				_ = resp.Body.Close()
				for _, j := range s.Jobs(uuid.Nil, session) {
					if resp, err := client.Get(base + "/" + j.ID.String()); err == nil {
						_ = resp.Body.Close()
					}
				}
			}
			job <- ""
			_ = i
		}()
	}
	for range cap(job) {
		if failed := <-job; failed != "" {
			t.Error(failed)
		}
	}
	if n := s.JobsStarted(); n != 24 {
		t.Errorf("%d jobs started", n)
	}
}
