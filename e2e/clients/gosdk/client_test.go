// Package gosdk lets the official Go SDK's client use the program.
package gosdk

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func program(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PROGRAM")
	if path == "" {
		t.Fatal("PROGRAM names no program; use the run script one folder up")
	}
	return path
}

func environment(t *testing.T) []string {
	t.Helper()
	return []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
}

func overStdio(t *testing.T) mcp.Transport {
	cmd := exec.Command(program(t), "--sandbox", "--log-level", "disabled")
	cmd.Env = environment(t)
	return &mcp.CommandTransport{Command: cmd}
}

// listen starts the program's http command and returns where it is.
func listen(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t), "http", "--sandbox", "--log-level", "disabled", "--addr", address)
	cmd.Env = environment(t)
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
		response, err := http.Get("http://" + address + "/healthz")
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

func TestAJobsLife(t *testing.T) {
	for name, open := range map[string]func(*testing.T) mcp.Transport{
		"stdio":           overStdio,
		"streamable HTTP": func(t *testing.T) mcp.Transport { return &mcp.StreamableClientTransport{Endpoint: listen(t) + "/mcp"} },
		"SSE":             func(t *testing.T) mcp.Transport { return &mcp.SSEClientTransport{Endpoint: listen(t) + "/sse"} },
	} {
		t.Run(name, func(t *testing.T) { walk(t, open(t)) })
	}
}

// walk lists, creates, waits with progress, cancels, and reads a refusal.
func walk(t *testing.T, transport mcp.Transport) {
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

	// Cancelled while it waits, and the session goes on.
	decode(t, call(t, ctx, session, "create_insights_job", map[string]any{"project": "chat-prod", "name": "to be left"}), &job)
	leaving, leave := context.WithCancel(ctx)
	params = &mcp.CallToolParams{Name: "wait_for_insights_job", Arguments: map[string]any{"session_id": job.SessionID, "job_id": job.ID, "timeout_seconds": 600}}
	params.SetProgressToken("leave")
	for len(progress) > 0 {
		<-progress
	}
	go func() {
		select {
		case <-progress:
		case <-ctx.Done():
		}
		leave()
	}()
	if _, err := session.CallTool(leaving, params); !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled wait ended with %v", err)
	}

	refused := call(t, ctx, session, "create_insights_job", map[string]any{"project": "chat-prd"})
	if text := refused.Content[0].(*mcp.TextContent).Text; !refused.IsError || !strings.Contains(text, `"chat-prod"`) {
		t.Errorf("refused with %q", text)
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
