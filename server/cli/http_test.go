package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

const operatorKey = "lsv2_pt_0123456789abcdef0123456789abcdef_operator00"

// A server with which anybody could use the operator's key does not start, and says what
// to do.
func TestHTTPRefusesToStart(t *testing.T) {
	key := map[string]string{"LANGSMITH_API_KEY": operatorKey}
	emptyTokens := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(emptyTokens, []byte("# of the team\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		variables map[string]string
		args      []string
		says      []string
	}{
		"beyond loopback, unguarded":       {key, []string{"--addr", "0.0.0.0:0"}, []string{"--addr", "LANGSMITH_API_KEY", "--auth-token", "--oauth-issuer", "127.0.0.1", "--allow-unauthenticated"}},
		"on every address":                 {key, []string{"--addr", ":0"}, []string{"--addr"}},
		"on every IPv6 address":            {key, []string{"--addr", "[::]:0"}, []string{"--addr"}},
		"on a name that may be anywhere":   {key, []string{"--addr", "myhost:0"}, []string{"--addr"}},
		"with a bearer token of LangSmith": {map[string]string{"LANGSMITH_BEARER_TOKEN": operatorKey, "LANGSMITH_WORKSPACE_ID": "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"}, []string{"--addr", ":0"}, []string{"LANGSMITH_BEARER_TOKEN"}},
		"the key as a token":               {key, []string{"--auth-token", operatorKey}, []string{"--auth-token", "LANGSMITH_API_KEY", "openssl rand"}},
		"a token with a space":             {nil, []string{"--auth-token", "two words"}, []string{"--auth-token"}},
		"a file without tokens":            {nil, []string{"--auth-token-file", emptyTokens}, []string{"--auth-token-file: has no token"}},
		"an issuer without an audience":    {nil, []string{"--oauth-issuer", "https://id.example.com"}, []string{"--oauth-audience"}},
		"an audience without an issuer":    {nil, []string{"--oauth-audience", "x"}, []string{"--oauth-issuer"}},
		"an issuer without TLS":            {nil, []string{"--oauth-issuer", "http://id.example.com", "--oauth-audience", "x"}, []string{"--oauth-issuer", "https://"}},
		"an origin without scheme":         {nil, []string{"--allow-origin", "app.example.com"}, []string{"--allow-origin", "https://app.example.com"}},
		"a host that is a URL":             {nil, []string{"--allow-host", "https://mcp.example.com"}, []string{"--allow-host"}},
		"an address without a port":        {nil, []string{"--addr", "127.0.0.1"}, []string{"--addr", "HOST:PORT"}},
		"several problems, each on a line": {key, []string{"--addr", ":0", "--allow-origin", "x", "--allow-host", "a/b"}, []string{"--addr", "--allow-origin", "--allow-host"}},
		"an unknown flag":                  {key, []string{"--nonsense"}, []string{"--nonsense"}},
		"a flag of stdio":                  {nil, []string{"--chats-dir", "/tmp"}, []string{"--chats-dir"}},
		"a switch that is not a boolean":   {nil, []string{"--allow-unauthenticated=perhaps"}, []string{"--allow-unauthenticated"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := runCommand(t, c.variables, append([]string{"http"}, c.args...)...)
			if got.code != 2 || got.out != "" {
				t.Errorf("code %d, stdout %q", got.code, got.out)
			}
			for _, want := range c.says {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr lacks %q:\n%s", want, got.err)
				}
			}
			if lines := strings.Count(got.err, "\n"); name == "several problems, each on a line" && lines != 3 {
				t.Errorf("%d lines:\n%s", lines, got.err)
			}
			if strings.Contains(got.err, operatorKey) {
				t.Errorf("stderr shows the key:\n%s", got.err)
			}
		})
	}
}

// httpCommand is the http command, running.
type httpCommand struct {
	address string
	metrics string           // the address of the metrics; empty without --metrics-addr
	log     *strings.Builder // complete when read is closed
	read    chan struct{}
	signal  context.CancelFunc
	code    chan int
}

func runHTTP(t *testing.T, variables map[string]string, args ...string) *httpCommand {
	t.Helper()
	ctx, signal := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	r := &httpCommand{log: &strings.Builder{}, read: make(chan struct{}), signal: signal, code: make(chan int, 1)}
	go func() {
		code := cli.Run(ctx, append([]string{"http"}, args...), func(name string) string { return variables[name] },
			strings.NewReader(""), io.Discard, writer)
		_ = writer.Close()
		r.code <- code
	}()
	lines := bufio.NewScanner(reader)
	for r.address == "" && lines.Scan() {
		fmt.Fprintln(r.log, lines.Text())
		var line struct{ Addr, Transport, Message string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("not a line of JSON: %s", lines.Text())
		}
		switch {
		case line.Transport == "http":
			r.address = line.Addr
		case line.Message == "serving metrics":
			r.metrics = line.Addr
		}
	}
	go func() {
		defer close(r.read)
		for lines.Scan() {
			fmt.Fprintln(r.log, lines.Text())
		}
	}()
	t.Cleanup(func() {
		signal()
		<-r.read
	})
	return r
}

func (r *httpCommand) end(t *testing.T) string {
	t.Helper()
	r.signal()
	if code := <-r.code; code != 0 {
		t.Errorf("code %d", code)
	}
	<-r.read
	return r.log.String()
}

// The command serves, logs only JSON lines, and ends within two seconds.
func TestHTTPCommand(t *testing.T) {
	r := runHTTP(t, nil, "--sandbox", "--addr", "127.0.0.1:0", "--read-only")
	got, err := http.Get("http://" + r.address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d", got.StatusCode)
	}
	began := time.Now()
	r.end(t)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it ended after %s", took)
	}
	http.DefaultClient.CloseIdleConnections()
}

// The log's first line has the settings in use, so that a missing one is noticed.
func TestServingLine(t *testing.T) {
	t.Chdir(t.TempDir())
	state, err := filepath.Abs("state")
	if err != nil {
		t.Fatal(err)
	}
	reading := len(slices.DeleteFunc(tools.All(), func(t tool.Tool) bool { return t.Effect != tool.Reads }))
	for _, c := range []struct {
		variables map[string]string
		args      []string
		want      []string
	}{
		{map[string]string{"LANGSMITH_API_KEY": operatorKey}, []string{"--read-only", "--max-jobs-per-day", "2", "--state", "redis://:hush@127.0.0.1:1/0"},
			[]string{fmt.Sprintf(`"tools":%d,"read_only":true,"confirm":false`, reading), `"state":"redis"`, `"max_jobs_per_day":2,"endpoint":"https://api.smith.langchain.com","credential":"configured"`, "the count of --max-jobs-per-day starts at 0 with each process until Redis can be written"}},
		{nil, []string{"--confirm", "--max-sample", "50", "--max-jobs-per-day", "2"},
			[]string{fmt.Sprintf(`"tools":%d,"read_only":false,"confirm":true`, len(tools.All())), `"state":"memory"`, `"max_sample":50,`, `"credential":"callers'"`, "the count of --max-jobs-per-day starts at 0 with each process"}},
		{nil, []string{"--max-jobs-per-day", "2", "--state", "state"}, []string{fmt.Sprintf(`"state":"directory","sandbox":false,"state_directory":%q`, state)}},
	} {
		log := runHTTP(t, c.variables, append(c.args, "--addr", "127.0.0.1:0")...).end(t)
		for _, want := range c.want {
			if !strings.Contains(log, want) || strings.Contains(log, "hush") || strings.Contains(log, operatorKey) {
				t.Errorf("%v: the log lacks %s or has a secret:\n%s", c.args, want, log)
			}
		}
		if c.args[len(c.args)-1] == "state" && strings.Contains(log, "starts at 0") {
			t.Errorf("a warning of a limit that a directory keeps:\n%s", log)
		}
	}
}

// On loopback an operator's key needs no guard, but a proxy may lead anybody there.
func TestHTTPUnguardedKey(t *testing.T) {
	for name, c := range map[string]struct {
		key  string
		args []string
		warn int
	}{
		"a key":                   {operatorKey, nil, 1},
		"a key and a token":       {operatorKey, []string{"--auth-token", "0123456789abcdef0123456789abcdef"}, 0},
		"a key and the sandbox":   {operatorKey, []string{"--sandbox"}, 0},
		"--allow-unauthenticated": {operatorKey, []string{"--allow-unauthenticated"}, 1},
		"no key":                  {"", nil, 0},
	} {
		log := runHTTP(t, map[string]string{"LANGSMITH_API_KEY": c.key}, append(c.args, "--addr", "127.0.0.1:0")...).end(t)
		if got := strings.Count(log, "with the operator's key unless they send their own"); got != c.warn || got != strings.Count(log, `"level":"warn"`) {
			t.Errorf("%s: %d warnings instead of %d:\n%s", name, got, c.warn, log)
		}
	}
}

// The settings with which the server may listen beyond loopback.
func TestHTTPBeyondLoopback(t *testing.T) {
	key := map[string]string{"LANGSMITH_API_KEY": operatorKey}
	for name, c := range map[string]struct {
		variables map[string]string
		args      []string
		logs      string
	}{
		"guarded by a token":      {key, []string{"--auth-token", "0123456789abcdef0123456789abcdef"}, `"guard":"tokens"`},
		"guarded by an issuer":    {key, []string{"--oauth-issuer", "https://id.example.com", "--oauth-audience", "x"}, `"guard":"an issuer"`},
		"without a key":           {nil, nil, `"guard":"nothing"`},
		"against the sandbox":     {key, []string{"--sandbox"}, `"guard":"nothing"`},
		"--allow-unauthenticated": {key, []string{"--allow-unauthenticated"}, "anyone who reaches this server can call it"},
	} {
		t.Run(name, func(t *testing.T) {
			log := runHTTP(t, c.variables, append(c.args, "--addr", "0.0.0.0:0")...).end(t)
			if !strings.Contains(log, c.logs) || strings.Contains(log, operatorKey) {
				t.Errorf("the log lacks %s or shows the key:\n%s", c.logs, log)
			}
		})
	}
}

// An address in use is a failure (exit code 1), not a usage error.
func TestHTTPAddressTaken(t *testing.T) {
	r := runHTTP(t, nil, "--sandbox", "--addr", "127.0.0.1:0")
	defer r.end(t)
	got := runCommand(t, nil, "http", "--sandbox", "--addr", r.address)
	if got.code != 1 || !strings.Contains(got.err, "--addr: cannot listen on "+r.address) {
		t.Errorf("code %d, stderr %q", got.code, got.err)
	}
}
