package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/stdio"
	"langsmith-insights-mcp/server/web"
)

// BenchmarkCreate measures a call of create_insights_job from the first byte of the
// request to the last of the response, over each transport, with one call in flight and
// with 32. LangSmith is a function that returns at once, so that only this server is
// measured. e2e/speed compares the program with other servers.
func BenchmarkCreate(b *testing.B) {
	for _, transport := range []struct {
		name string
		dial func(*testing.B) func() exchange
	}{{"stdio", benchStdio}, {"http", benchHTTP}} {
		for _, callers := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/callers=%d", transport.name, callers), func(b *testing.B) {
				dial := transport.dial(b)
				exchanges := make([]exchange, callers)
				for i := range exchanges {
					exchanges[i] = dial()
				}
				var next atomic.Int64
				b.ReportAllocs()
				b.ResetTimer()
				failed := make(chan error, callers)
				for _, call := range exchanges {
					go func() {
						for {
							n := next.Add(1)
							if n > int64(b.N) {
								failed <- nil
								return
							}
							if err := call(n); err != nil {
								failed <- err
								return
							}
						}
					}()
				}
				for range callers {
					if err := <-failed; err != nil {
						b.Error(err)
					}
				}
			})
		}
	}
}

// exchange makes the nth call and checks its response.
type exchange func(n int64) error

func newRequest(n int64) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"create_insights_job","arguments":{`+
		`"session_id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e%02x","name":"job %d","last_n_hours":24,"sample":500,"hierarchy":[4,3],`+
		`"filter":"eq(is_root, true)","summary_prompt":"Summarize {{run.inputs}} and {{run.outputs}}.","model":"openai",`+
		`"partitions":{"Billing":"Charges and refunds.","Other":"The rest."},"user_context":{"What would you like to learn about your agent?":"Where it fails."},`+
		`"attribute_schemas":{"resolved":{"type":"boolean","description":"Whether the question was answered."}}}}}`, n, n%16, n)
}

func checkResponse(n int64, answer []byte) error {
	if !bytes.Contains(answer, fmt.Appendf(nil, `"name":"job %d","status":"queued"`, n)) || bytes.Contains(answer, []byte(`"isError":true`)) {
		return fmt.Errorf("call %d got the response %s", n, answer)
	}
	return nil
}

// instantLangSmith responds at once: it starts every job, and its list of jobs is empty.
func instantLangSmith(request *http.Request) (*http.Response, error) {
	answer := `{"clustering_jobs":[]}`
	if request.Method == http.MethodPost {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		_, name, _ := bytes.Cut(body, []byte(`"name":"`))
		name, _, _ = bytes.Cut(name, []byte(`"`))
		answer = fmt.Sprintf(`{"id":%q,"name":%q,"status":"queued"}`, uuid.NewString(), name)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(answer)), Request: request,
	}, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func benchBackend(b *testing.B) (*server.Backend, *config.Config) {
	endpoint, err := langsmith.ParseEndpoint("https://langsmith.test")
	if err != nil {
		b.Fatal(err)
	}
	cfg := &config.Config{
		LangSmith: config.LangSmith{Endpoint: endpoint, Credentials: langsmith.Credentials{APIKey: operatorKey, Workspace: uuid.New()}},
	}
	backend, err := server.NewBackend(server.BackendOptions{
		Config:    cfg,
		Logger:    zerolog.New(io.Discard).Level(zerolog.InfoLevel),
		Transport: roundTripper(instantLangSmith),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(backend.Close)
	return backend, cfg
}

// benchStdio serves one client, whose calls share two pipes.
func benchStdio(b *testing.B) func() exchange {
	backend, _ := benchBackend(b)
	in, toServer := benchPipe(b)
	fromServer, out := benchPipe(b)
	ended := make(chan error, 1)
	go func() {
		ended <- stdio.Serve(context.Background(), server.NewMCP(backend), in, out, stdio.Options{Logger: zerolog.Nop()})
	}()
	b.Cleanup(func() {
		_ = toServer.Close()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	// Each caller reads one response, which may be that of another call: each is checked.
	reading, writing := make(chan *bufio.Reader, 1), make(chan io.Writer, 1)
	reading <- bufio.NewReaderSize(fromServer, 64<<10)
	writing <- toServer
	return func() exchange {
		return func(n int64) error {
			to := <-writing
			_, err := to.Write(append(newRequest(n), '\n'))
			writing <- to
			if err != nil {
				return err
			}
			from := <-reading
			answer, err := from.ReadBytes('\n')
			reading <- from
			if err != nil {
				return err
			}
			var of int64
			if _, err := fmt.Sscanf(string(answer), `{"jsonrpc":"2.0","id":%d`, &of); err != nil {
				return fmt.Errorf("%w: %s", err, answer)
			}
			return checkResponse(of, answer)
		}
	}
}

func benchPipe(b *testing.B) (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// benchHTTP serves clients that each have a connection and a session.
func benchHTTP(b *testing.B) func() exchange {
	backend, cfg := benchBackend(b)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- web.New(ctx, cli.HTTPOptions(backend, cfg, zerolog.Nop())).Serve(ctx, listener) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return func() exchange {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		answers := bufio.NewReader(conn)
		session := ""
		post := func(body []byte) ([]byte, error) {
			if _, err := conn.Write(fmt.Appendf(nil, "POST /mcp HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+
				"Accept: application/json, text/event-stream\r\n%sContent-Length: %d\r\n\r\n%s", listener.Addr(), session, len(body), body)); err != nil {
				return nil, err
			}
			answer, err := http.ReadResponse(answers, nil)
			if err != nil {
				return nil, err
			}
			defer answer.Body.Close()
			if id := answer.Header.Get("Mcp-Session-Id"); id != "" {
				session = fmt.Sprintf("Mcp-Session-Id: %s\r\nMcp-Protocol-Version: 2025-11-25\r\n", id)
			}
			return io.ReadAll(answer.Body)
		}
		if _, err := post([]byte(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`)); err != nil {
			b.Fatal(err)
		}
		return func(n int64) error {
			answer, err := post(newRequest(n))
			if err != nil {
				return err
			}
			return checkResponse(n, answer)
		}
	}
}
