// Package gosdk tests the program with the official Go SDK's client.
package gosdk

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func programPath(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PROGRAM")
	if path == "" {
		t.Fatal("PROGRAM is not set; use the script run in the parent folder")
	}
	return path
}

func environment(t *testing.T) []string {
	t.Helper()
	return []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
}

// transports connect to the program over its own sandbox, or over the LangSmith in the
// environment.
var transports = map[string]func(t *testing.T, env ...string) mcp.Transport{
	"stdio": func(t *testing.T, env ...string) mcp.Transport {
		cmd := exec.Command(programPath(t), flags(env)...)
		cmd.Env = append(environment(t), env...)
		return &mcp.CommandTransport{Command: cmd}
	},
	"streamable HTTP": func(t *testing.T, env ...string) mcp.Transport {
		return &mcp.StreamableClientTransport{Endpoint: listen(t, "http", "/healthz", flags(env), env) + "/mcp"}
	},
	"SSE": func(t *testing.T, env ...string) mcp.Transport {
		return &mcp.SSEClientTransport{Endpoint: listen(t, "http", "/healthz", flags(env), env) + "/sse"}
	},
}

func flags(env []string) []string {
	if len(env) == 0 {
		return []string{"--log-level", "disabled", "--sandbox"}
	}
	return []string{"--log-level", "disabled"}
}

// listen starts a command of the program that listens, and returns its address.
func listen(t *testing.T, command, probe string, flags, env []string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(programPath(t), append([]string{command, "--addr", address}, flags...)...)
	cmd.Env = append(environment(t), env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		response, err := http.Get("http://" + address + probe)
		if err == nil {
			_ = response.Body.Close()
			return "http://" + address
		}
		select {
		case <-deadline.C:
			t.Fatalf("the program does not listen: %v", err)
		case <-retry.C:
		}
	}
}

func TestJobLifecycle(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) { runJobLifecycle(t, open(t)) })
	}
}

// runJobLifecycle lists, creates, waits with progress, and reads a refusal.
func runJobLifecycle(t *testing.T, transport mcp.Transport) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	progress := make(chan *mcp.ProgressNotificationParams, 100)
	client := mcp.NewClient(&mcp.Implementation{Name: "e2e", Version: "1"}, &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, request *mcp.ProgressNotificationClientRequest) {
			select {
			case progress <- request.Params:
			default:
			}
		},
	})
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()

	listed, err := session.ListTools(ctx, nil)
	if err != nil || len(listed.Tools) < 10 {
		t.Fatalf("tools/list: %v, %v", listed, err)
	}
	var job struct {
		ID        string `json:"id"`
		SessionID string `json:"session_id"`
		Status    string `json:"status"`
	}
	decode(t, call(t, ctx, session, "create_insights_job", map[string]any{"project": "chat-prod"}), &job)
	if job.ID == "" || job.Status != "queued" {
		t.Fatalf("created %+v", job)
	}

	names := map[string]any{"session_id": job.SessionID, "job_id": job.ID}
	params := &mcp.CallToolParams{Name: "wait_for_insights_job", Arguments: names}
	params.SetProgressToken("wait")
	waited, err := session.CallTool(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	decode(t, waited, &job)
	if job.Status != "success" {
		t.Errorf("waited for %+v", job)
	}
	select {
	case p := <-progress:
		if p.Message == "" || p.ProgressToken != "wait" {
			t.Errorf("progress %+v", p)
		}
	case <-ctx.Done():
		t.Error("no progress was reported")
	}

	refused := call(t, ctx, session, "create_insights_job", map[string]any{"project": "chat-prd"})
	if text := refused.Content[0].(*mcp.TextContent).Text; !refused.IsError || !strings.Contains(text, `"chat-prod"`) {
		t.Errorf("refused with %q", text)
	}
}

func TestCancelledWaitEnds(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cancelWait(t, open)
		})
	}
}

// cancelWait cancels a wait while the server's poll has no response. The poll must be
// cancelled, and none must follow within two pauses of 2 s.
func cancelWait(t *testing.T, open func(*testing.T, ...string) mcp.Transport) {
	sandbox, err := url.Parse(listen(t, "sandbox", "/api/v1/sessions", nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	var withheld atomic.Value // the path of the job whose polls get no response
	looks, dropped := make(chan struct{}, 10), make(chan struct{}, 10)
	proxy := httputil.NewSingleHostReverseProxy(sandbox)
	langsmith := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if job, _ := withheld.Load().(string); job != "" && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, job) {
			looks <- struct{}{}
			<-r.Context().Done()
			dropped <- struct{}{}
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		langsmith.CloseClientConnections()
		langsmith.Close()
	})
	transport := open(t, "LANGSMITH_ENDPOINT="+langsmith.URL, "LANGSMITH_API_KEY=lsv2_pt_e2e_0000000000")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // a poll by itself takes up to 60 s
	defer cancel()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "e2e", Version: "1"}, nil).Connect(ctx, transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	var job struct {
		ID        string `json:"id"`
		SessionID string `json:"session_id"`
	}
	decode(t, call(t, ctx, session, "create_insights_job", map[string]any{"project": "chat-prod"}), &job)
	withheld.Store("/insights/" + job.ID)

	leaving, abort := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		_, err := session.CallTool(leaving, &mcp.CallToolParams{
			Name:      "wait_for_insights_job",
			Arguments: map[string]any{"session_id": job.SessionID, "job_id": job.ID, "timeout_seconds": 600},
		})
		ended <- err
	}()
	receive(t, ctx, looks, "no look at the job")
	abort()
	if err := receive(t, ctx, ended, "the cancelled wait goes on in the client"); !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled wait ended with %v", err)
	}
	receive(t, ctx, dropped, "the look goes on in the server")
	select {
	case <-looks:
		t.Error("the server looks again for a wait that was cancelled")
	case <-time.After(2*2*time.Second + 500*time.Millisecond):
	}
	call(t, ctx, session, "list_projects", nil)
}

func receive[T any](t *testing.T, ctx context.Context, from <-chan T, otherwise string) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-ctx.Done():
		t.Fatal(otherwise)
		panic("unreachable")
	}
}

func call(t *testing.T, ctx context.Context, session *mcp.ClientSession, tool string, arguments map[string]any) *mcp.CallToolResult {
	t.Helper()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return result
}

func decode(t *testing.T, result *mcp.CallToolResult, v any) {
	t.Helper()
	if result.IsError {
		t.Fatalf("refused: %+v", result.Content[0])
	}
	data, err := json.Marshal(result.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}
