package main_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// The first signal waits for a paid request in flight; the second ends the program at
// once.
func TestSecondSignal(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	langsmith := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/insights") {
			close(arrived)
			<-release
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer langsmith.Close()
	defer close(release)
	cmd, address, log := startHTTP(t, []string{"LANGSMITH_API_KEY=" + key, "LANGSMITH_ENDPOINT=" + langsmith.URL}, "--shutdown-timeout", "10m")
	go postMCP(t, address, toolCall(1, "create_insights_job", `{"session_id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"}`))
	<-arrived
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for log.Scan() && !strings.Contains(log.Text(), `"shutting down:`) {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != os.Interrupt {
		t.Errorf("exited with %v, want the signal", err)
	}
}

// startHTTP starts the program as an HTTP server and returns its address and the rest
// of its log.
func startHTTP(t *testing.T, env []string, args ...string) (cmd *exec.Cmd, address string, log *bufio.Scanner) {
	t.Helper()
	cmd = command(t, env, append([]string{"http", "--addr", "127.0.0.1:0"}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log = bufio.NewScanner(stderr)
	for log.Scan() {
		if match := regexp.MustCompile(`"addr":"([^"]+)"`).FindStringSubmatch(log.Text()); match != nil {
			return cmd, match[1], log
		}
	}
	t.Fatal("the log has no address")
	return nil, "", nil
}

// postMCP sends a request of protocol version 2026-07-28 and returns the status of the
// response, 0 if there is none.
func postMCP(t *testing.T, address, message string) int {
	t.Helper()
	meta := `"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}},`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/mcp", strings.NewReader(strings.Replace(message, `"params":{`, meta, 1)))
	if err != nil {
		t.Error(err)
		return 0
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Mcp-Protocol-Version": "2026-07-28",
		"Mcp-Method": "tools/call", "Mcp-Name": regexp.MustCompile(`"name":"(\w+)"`).FindStringSubmatch(message)[1],
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0
	}
	return response.StatusCode
}

// The curl command in docs/deployment.md lists projects.
func TestDocsCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("SKIPPED: curl is not installed")
	}
	text, err := os.ReadFile("docs/deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```sh\n(curl .*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("docs/deployment.md has no curl command")
	}
	cmd, address, _ := startHTTP(t, nil, "--sandbox", "--auth-token", "the-token")
	curl := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(string(block[1]), "localhost:8080", address, 1))
	curl.Env = append(os.Environ(), "TOKEN=the-token", "LANGSMITH_API_KEY="+key)
	response, err := curl.CombinedOutput()
	if err != nil || !strings.Contains(string(response), `"chat-prod"`) || strings.Contains(string(response), `"isError":true`) {
		t.Errorf("%v: %s", err, response)
	}
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
}
