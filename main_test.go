package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const key = "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789"

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "langsmith-insights-mcp-test")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "langsmith-insights-mcp.exe")
		if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			panic(fmt.Sprintf("build: %v\n%s", err, out))
		}
		return m.Run()
	}())
}

// statSources makes go test's cache depend on the program's sources: a cached result
// counts only while the files that the tests read or stat are the same.
var statSources = sync.OnceFunc(func() {
	for _, root := range []string{"main.go", "go.mod", "server", "tools", "langsmith"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			panic(err)
		}
	}
})

// processTimeout bounds how long a process may take; none is expected to need it.
const processTimeout = 30 * time.Second

// output is what a process wrote, and its exit code.
type output struct {
	stdout, stderr string
	code           int
}

// command returns a command of the program without the test's own environment.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	statSources()
	ctx, cancel := context.WithTimeout(t.Context(), processTimeout)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir()}, env...)
	cmd.Dir = t.TempDir()
	return cmd
}

func run(t *testing.T, stdin string, env []string, args ...string) output {
	t.Helper()
	cmd := command(t, env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
`

func toolCall(id int, tool, arguments string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments)
}

// responses reads JSON-RPC messages, one a line, and returns those with an id by their
// id. Any other line fails the test.
func responses(t *testing.T, stdout string) map[float64]map[string]any {
	t.Helper()
	byID := map[float64]map[string]any{}
	for line := range strings.Lines(stdout) {
		var message map[string]any
		if err := json.Unmarshal([]byte(line), &message); err != nil || message["jsonrpc"] != "2.0" {
			t.Fatalf("a line of stdout is not JSON-RPC: %q", line)
		}
		if id, ok := message["id"].(float64); ok {
			byID[id] = message
		}
	}
	return byID
}

func text(message map[string]any) string {
	data, _ := json.Marshal(message)
	return string(data)
}

// A collector refuses every export: the messages of OpenTelemetry's library have the
// log's form and obey its level too.
func TestPipedRequests(t *testing.T) {
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer collector.Close()
	for _, level := range []string{"trace", "info", "disabled"} {
		t.Run(level, func(t *testing.T) {
			requests := hello
			for i := 1; i <= 100; i++ {
				requests += toolCall(i, "list_projects", `{}`) + "\n"
			}
			requests += "garbage\n" + toolCall(101, "create_insights_job", `{"project":"chat-prod"}`) // and no newline
			got := run(t, requests, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL}, "--sandbox", "--log-level", level)
			if got.code != 0 {
				t.Fatalf("code %d, stderr:\n%s", got.code, got.stderr)
			}
			all := responses(t, got.stdout)
			for id := range 102 {
				if all[float64(id)]["result"] == nil {
					t.Errorf("the response to request %d: %v", id, all[float64(id)])
				}
			}
			if level == "disabled" && got.stderr != "" {
				t.Errorf("stderr: %s", got.stderr)
			}
			for line := range strings.Lines(got.stderr) {
				if !json.Valid([]byte(line)) {
					t.Errorf("a line of the log is not JSON: %q", line)
				}
			}
			if level == "info" && !strings.Contains(got.stderr, "the collector responded with 400") {
				t.Errorf("the log has no line on the collector:\n%s", got.stderr)
			}
		})
	}
}

func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			cmd := command(t, nil, "--sandbox", "--log-level", "disabled")
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := stdin.Write([]byte(hello)); err != nil {
				t.Fatal(err)
			}
			if !bufio.NewScanner(stdout).Scan() {
				t.Fatal("no response to initialize")
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("exited with %v, want code 0", err)
			}
		})
	}
}

// Without credentials, the server lists its tools, and a call says what to set.
func TestNoCredentials(t *testing.T) {
	got := run(t, hello+`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`+"\n"+toolCall(2, "list_projects", `{}`)+"\n", nil)
	all := responses(t, got.stdout)
	if !strings.Contains(text(all[1]), `"create_insights_job"`) {
		t.Errorf("tools/list: %s", text(all[1]))
	}
	if response := text(all[2]); !strings.Contains(response, `"isError":true`) || !strings.Contains(response, "LANGSMITH_API_KEY") {
		t.Errorf("the call's response: %s", response)
	}
}

// Each mistake in the settings is one line of stderr, and the program exits with 2.
func TestMistakenSettings(t *testing.T) {
	for _, test := range []struct {
		name  string
		env   []string
		args  []string
		lines []string // a part of each line of stderr
	}{
		{"an unknown flag", nil, []string{"--bogus"}, []string{"--bogus"}},
		{"a misspelt flag", nil, []string{"--read-onyl"}, []string{"did you mean --read-only?"}},
		{"a misspelt command", nil, []string{"inst"}, []string{"did you mean install?"}},
		{"a flag without its value", nil, []string{"--log-level"}, []string{"--log-level"}},
		{"malformed values", nil, []string{"--log-level", "loud", "--timeout", "soon", "--tools", "list_project"}, []string{"--timeout", "--log-level", "--tools"}},
		{"a Redis port that is none", nil, []string{"--state", "redis://localhost:99999/0"}, []string{"--state"}},
		{"an unknown command", nil, []string{"serve"}, []string{`"serve"`}},
		{"an unknown tool", nil, []string{"--tools", "list_projects,list_project"}, []string{`"list_project"`}},
		{"a writing tool with --read-only", nil, []string{"--read-only", "--tools", "create_insights_job"}, []string{"create_insights_job"}},
		{"a malformed endpoint and workspace", []string{"LANGSMITH_ENDPOINT=api.example", "LANGSMITH_WORKSPACE_ID=7"}, nil, []string{"LANGSMITH_ENDPOINT", "LANGSMITH_WORKSPACE_ID"}},
		{"a value for a switch", nil, []string{"--read-only=maybe"}, []string{"--read-only"}},
		{"a flag of another command", nil, []string{"stdio", "--addr", "127.0.0.1:1"}, []string{"--addr"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, "", append(test.env, "LANGSMITH_API_KEY="+key), test.args...)
			if got.code != 2 || got.stdout != "" {
				t.Errorf("code %d, stdout %q", got.code, got.stdout)
			}
			lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
			if len(lines) != len(test.lines) {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), len(test.lines), got.stderr)
			}
			for i, want := range test.lines {
				if !strings.Contains(lines[i], want) || strings.HasPrefix(lines[i], "{") || strings.Contains(lines[i], key) {
					t.Errorf("line %q, want it to name %s", lines[i], want)
				}
			}
		})
	}
}

// A misspelt variable may leave a limit unset, so the server warns of it. It starts
// anyway, because Kubernetes sets variables with the same prefix.
func TestMisspeltVariable(t *testing.T) {
	env := []string{"LANGSMITH_INSIGHTS_MCP_READONLY=true", "LANGSMITH_INSIGHTS_MCP_SERVICE_HOST=10.0.0.1"}
	const want = "LANGSMITH_INSIGHTS_MCP_READONLY (did you mean LANGSMITH_INSIGHTS_MCP_READ_ONLY?)"
	if got := run(t, hello, env, "--sandbox"); got.code != 0 || strings.Count(got.stderr, want) != 1 || strings.Contains(got.stderr, "SERVICE_HOST") {
		t.Errorf("code %d, the log:\n%s", got.code, got.stderr)
	}
	if got := run(t, "", env, "doctor"); !strings.Contains(got.stdout, "note  variables: unknown, so ignored: "+want+"\n") {
		t.Errorf("doctor says\n%s", got.stdout)
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help"}, {"stdio", "--help"}, {"demo", "--help"}, {"sandbox", "--help"}} {
		if got := run(t, "", nil, args...); got.code != 0 || !strings.Contains(got.stdout, "Usage:") {
			t.Errorf("%v: code %d, stdout %q", args, got.code, got.stdout)
		}
	}
	for _, args := range [][]string{{"--version"}, {"version"}} {
		if got := run(t, "", nil, args...); got.code != 0 || !regexp.MustCompile(`^\S+\n$`).MatchString(got.stdout) {
			t.Errorf("%v: code %d, stdout %q", args, got.code, got.stdout)
		}
	}
}

// LangSmith echoes the key in every response; the program writes it nowhere.
func TestRedactedKey(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-API-Key") != key || !strings.HasPrefix(r.UserAgent(), "langsmith-insights-mcp/") {
			t.Errorf("%s %s came with %v", r.Method, r.URL, r.Header)
		}
		w.Header().Set("X-Echo", r.Header.Get("X-API-Key"))
		if strings.Contains(r.URL.RawQuery, "name_contains") {
			fmt.Fprintf(w, `[{"id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11","tenant_id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e12","name":"the key is %s"}]`, key)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"detail":"bad key %s","error":{"code":"%s","message":"%s"}}`, key, key, key)
	}))
	defer upstream.Close()
	logFile := filepath.Join(t.TempDir(), "log")
	requests := hello + toolCall(1, "list_projects", `{"name_contains":"x"}`) + "\n" + toolCall(2, "list_projects", `{}`) + "\n" +
		toolCall(3, "create_insights_job", `{"session_id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"}`) + "\n"
	for _, extra := range [][]string{nil, {"--log-file", logFile}} {
		state := t.TempDir()
		args := append([]string{"--log-level", "trace", "--state", state}, extra...)
		got := run(t, requests, []string{"LANGSMITH_API_KEY=" + key, "LANGSMITH_ENDPOINT=" + upstream.URL}, args...)
		if all := responses(t, got.stdout); !strings.Contains(text(all[1]), "the key is [redacted]") || all[2] == nil || all[3] == nil {
			t.Errorf("the responses: %s", got.stdout)
		}
		written := got.stdout + got.stderr + readAll(t, state)
		if extra != nil {
			written += readAll(t, filepath.Dir(logFile))
		}
		if strings.Contains(written, key) {
			t.Errorf("the key in\n%s", written)
		}
	}
}

func readAll(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all.WriteString(path)
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
