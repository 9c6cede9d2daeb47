package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// A server of the tests makes a response from a call's number and its job's name.
type answerer func(id json.Number, name string) string

func right(id json.Number, name string) string {
	return fmt.Sprintf(`{"result":{"content":[{"type":"text","text":"Started"}],"structuredContent":{"id":"job %s","name":%q,"status":"queued"}},"jsonrpc":"2.0","id":%s}`, id, name, id)
}

// The responses that must not be counted.
var wrong = map[string]answerer{
	"an error": func(id json.Number, _ string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32603,"message":"no"}}`, id)
	},
	"a tool's error": func(id json.Number, name string) string {
		return strings.Replace(right(id, name), `{"content"`, `{"isError":true,"content"`, 1)
	},
	"no job": func(id json.Number, _ string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}`, id)
	},
	"another call's job": func(id json.Number, _ string) string { return right(id, "Weekly report 0") },
	"one job for all": func(id json.Number, name string) string {
		return strings.Replace(right(id, name), "job "+id.String(), "job", 1)
	},
	"a failed job": func(id json.Number, name string) string {
		return strings.Replace(right(id, name), "queued", "error", 1)
	},
}

func answer(t *testing.T, message []byte, of answerer) string {
	var request struct {
		ID     *json.Number `json:"id"`
		Method string       `json:"method"`
		Params struct {
			Name      string `json:"name"`
			Arguments struct {
				SessionID string `json:"session_id"`
				Name      string `json:"name"`
			} `json:"arguments"`
		} `json:"params"`
	}
	if err := json.Unmarshal(message, &request); err != nil {
		t.Errorf("%v: %s", err, message)
	}
	switch {
	case request.ID == nil:
		return ""
	case request.Method != "tools/call":
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"of":%q}}`, request.ID, request.Method)
	case request.Params.Name != "create_insights_job" || len(request.Params.Arguments.SessionID) != 36:
		t.Errorf("called with %s", message)
	}
	return of(*request.ID, request.Params.Arguments.Name)
}

// overStdio returns a client of a server in this process.
func overStdio(t *testing.T, of answerer) *Stdio {
	requests, in := pipe(t)
	out, answers := pipe(t)
	go func() {
		defer answers.Close()
		for lines := bufio.NewScanner(requests); lines.Scan(); {
			said := answer(t, lines.Bytes(), of)
			if said == "end" {
				return
			}
			if said != "" {
				_, _ = io.WriteString(answers, said+"\n")
			}
		}
	}()
	return NewStdio(NewCalls(3), in, out)
}

func pipe(t *testing.T) (read, write *os.File) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = read.Close(), write.Close() })
	return read, write
}

func overHTTP(t *testing.T, of answerer, framed bool) *HTTP {
	sessions := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		said := answer(t, body, of)
		switch {
		case strings.Contains(said, "initialize"):
			sessions++ // one after the other, before any call
			w.Header().Set("Mcp-Session-Id", fmt.Sprint("session ", sessions))
		case r.Header.Get("Mcp-Session-Id") == "" || r.Header.Get("Mcp-Protocol-Version") != protocol:
			t.Errorf("headers %v", r.Header)
		}
		switch {
		case said == "":
			w.WriteHeader(http.StatusAccepted)
		case framed:
			w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
			_, _ = fmt.Fprintf(w, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n")
			w.(http.Flusher).Flush()
			_, _ = fmt.Fprintf(w, "event: message\nid: 1\ndata: %s\n\n", said)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, said)
		}
	}))
	t.Cleanup(server.Close)
	return NewHTTP(NewCalls(3), server.Listener.Addr().String())
}

type caller interface {
	Runner
	Initialize() error
	ListTools() ([]byte, error)
}

func callers(t *testing.T, of answerer) map[string]caller {
	return map[string]caller{"stdio": overStdio(t, of), "JSON": overHTTP(t, of, false), "events": overHTTP(t, of, true)}
}

func TestRunCountsCalls(t *testing.T) {
	for name, c := range callers(t, right) {
		t.Run(name, func(t *testing.T) {
			if err := c.Initialize(); err != nil {
				t.Fatal(err)
			}
			if tools, err := c.ListTools(); err != nil || string(tools) != `{"of":"tools/list"}` {
				t.Fatalf("tools/list: %s, %v", tools, err)
			}
			for _, callers := range []int{1, 5, 32} {
				got, err := c.Run(Bounds{Callers: callers, Calls: 100})
				if err != nil || got.Calls != 100 || len(got.Latencies) != 100 {
					t.Fatalf("%d callers: %d calls, %v", callers, got.Calls, err)
				}
				if got.Latencies[0] <= 0 || got.Latencies[99] > got.Elapsed || got.Latencies[0] > got.Latencies[99] {
					t.Errorf("latencies from %v to %v in %v", got.Latencies[0], got.Latencies[99], got.Elapsed)
				}
			}
			if got, err := c.Run(Bounds{Callers: 2, Time: time.Millisecond}); err != nil || got.Calls == 0 {
				t.Errorf("bounded by time: %d calls, %v", got.Calls, err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWrongAnswers(t *testing.T) {
	for what, of := range wrong {
		for name, c := range callers(t, of) {
			t.Run(what+" over "+name, func(t *testing.T) {
				if got, err := c.Run(Bounds{Callers: 2, Calls: 10}); err == nil {
					t.Errorf("counted %d calls", got.Calls)
				}
			})
		}
	}
}

func TestMissingAnswers(t *testing.T) {
	c := overStdio(t, func(id json.Number, name string) string {
		if id == "5" {
			return "end"
		}
		return right(id, name)
	})
	if got, err := c.Run(Bounds{Callers: 3, Calls: 10}); err == nil || !strings.Contains(err.Error(), "not answered") {
		t.Errorf("%d calls, %v", got.Calls, err)
	}
	if _, err := c.Run(Bounds{Callers: maxStdioCalls + 1, Calls: 1}); err == nil {
		t.Error("more in flight than a pipe holds")
	}
}

func TestDirect(t *testing.T) {
	said := `{"id":"job %d","name":%q,"status":"queued"}`
	made := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Name string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !strings.HasPrefix(r.URL.Path, "/api/v1/sessions/5b1e0f6e-") {
			t.Errorf("%v at %s", err, r.URL)
		}
		made++
		_, _ = fmt.Fprintf(w, said, made, body.Name)
	}))
	defer server.Close()
	direct := NewDirect(NewCalls(3), server.Listener.Addr().String())
	if got, err := direct.Run(Bounds{Callers: 1, Calls: 20}); err != nil || got.Calls != 20 {
		t.Errorf("%d calls, %v", got.Calls, err)
	}
	said = `{"id":"job %d","name":"of another call, not %s","status":"queued"}`
	if got, err := direct.Run(Bounds{Callers: 1, Calls: 20}); err == nil {
		t.Errorf("counted %d calls", got.Calls)
	}
	if err := direct.Close(); err != nil {
		t.Error(err)
	}
}

func TestBodyIsJSON(t *testing.T) {
	var body struct {
		Name  string `json:"name"`
		Model string `json:"model"`
	}
	if err := json.Unmarshal(Body(12), &body); err != nil || body.Name != callName(12) || body.Model != "openai" {
		t.Errorf("%+v, %v", body, err)
	}
}
