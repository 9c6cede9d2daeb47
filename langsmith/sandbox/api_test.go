package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// start is the fixed time of the tests' sandboxes.
var start = time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC)

func fixedTime() time.Time { return start }

// api calls a sandbox and records each exchange.
type api struct {
	t       *testing.T
	s       *sandbox.Sandbox
	headers http.Header
}

func newAPI(t *testing.T, opts sandbox.Options) api {
	t.Helper()
	if opts.Now == nil {
		opts.Now = fixedTime
	}
	return api{t: t, s: sandbox.New(opts), headers: http.Header{"X-Api-Key": {"key"}}}
}

// with returns an api with another header; an empty value removes it.
func (a api) with(name, value string) api {
	a.headers = a.headers.Clone()
	a.headers.Set(name, value)
	if value == "" {
		a.headers.Del(name)
	}
	return a
}

func (a api) in(workspace uuid.UUID) api { return a.with("X-Tenant-Id", workspace.String()) }

// reply is a response with its parsed body.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
	value  any
}

// call sends a request with a body: nil for none, a string as it is, other values as JSON.
func (a api) call(method, path string, body any) reply {
	a.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		marshalled, err := json.Marshal(b)
		if err != nil {
			a.t.Fatal(err)
		}
		raw = marshalled
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, "http://sandbox"+path, bytes.NewReader(raw))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header = a.headers.Clone()
	if len(raw) > 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.s.RoundTripper().RoundTrip(req)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	record(a.t, req, raw, resp, answer)
	r := reply{t: a.t, status: resp.StatusCode, header: resp.Header, raw: answer}
	if err := json.Unmarshal(answer, &r.value); err != nil {
		a.t.Errorf("%s %s: %q is not JSON", method, path, answer)
	}
	return r
}

func (a api) get(path string) reply {
	a.t.Helper()
	return a.call("GET", path, nil).ok()
}

func (a api) post(path string, body any) reply {
	a.t.Helper()
	return a.call("POST", path, body).ok()
}

// ok checks that the request succeeded.
func (r reply) ok() reply {
	r.t.Helper()
	if r.status != http.StatusOK && r.status != http.StatusAccepted {
		r.t.Fatalf("status %d: %s", r.status, r.raw)
	}
	return r
}

// refused checks the status, and that the body contains a text.
func (r reply) refused(status int, text string) {
	r.t.Helper()
	if r.status != status || !strings.Contains(string(r.raw), text) {
		r.t.Errorf("status %d: %s; want %d with %q", r.status, r.raw, status, text)
	}
}

// at returns the value at a path of keys and indices.
func (r reply) at(steps ...any) any {
	r.t.Helper()
	v := r.value
	for _, step := range steps {
		switch key := step.(type) {
		case string:
			fields, ok := v.(map[string]any)
			if !ok {
				r.t.Fatalf("%v: no object at %q in %s", steps, key, r.raw)
			}
			v = fields[key]
		case int:
			list, ok := v.([]any)
			if !ok || key >= len(list) {
				r.t.Fatalf("%v: no entry %d in %s", steps, key, r.raw)
			}
			v = list[key]
		}
	}
	return v
}

func (r reply) text(steps ...any) string {
	r.t.Helper()
	s, ok := r.at(steps...).(string)
	if !ok {
		r.t.Fatalf("%v is not a string in %s", steps, r.raw)
	}
	return s
}

func (r reply) list(steps ...any) []any {
	r.t.Helper()
	list, ok := r.at(steps...).([]any)
	if !ok {
		r.t.Fatalf("%v is not a list in %s", steps, r.raw)
	}
	return list
}

// collectEach returns one field of every entry of a list.
func collectEach(list []any, field string) []any {
	values := make([]any, len(list))
	for i, entry := range list {
		values[i] = entry.(map[string]any)[field]
	}
	return values
}

// insights returns the path of a sample project's Insights operations.
func insights(project string) string {
	return "/api/v1/sessions/" + sandbox.SampleProject(uuid.Nil, project).String() + "/insights"
}

// obj is a JSON object.
type obj = map[string]any

// runJob starts a job and reads it until it has ended.
func (a api) runJob(base string, body any) reply {
	a.t.Helper()
	id := a.post(base, body).text("id")
	var r reply
	for range 3 {
		r = a.get(base + "/" + id)
	}
	if s := r.text("status"); s != "success" && s != "error" {
		a.t.Fatalf("after three reads the job is %s", s)
	}
	return r
}

// getUnrecorded reads a response that intentionally deviates from LangSmith's OpenAPI
// document, without recording it.
func (a api) getUnrecorded(path string) reply {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, "http://sandbox"+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header = a.headers.Clone()
	resp, err := a.s.RoundTripper().RoundTrip(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	r := reply{t: a.t, status: resp.StatusCode, header: resp.Header}
	if r.raw, err = io.ReadAll(resp.Body); err != nil {
		a.t.Fatal(err)
	}
	if err := json.Unmarshal(r.raw, &r.value); err != nil {
		a.t.Fatal(err)
	}
	return r.ok()
}
