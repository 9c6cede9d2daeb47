package cli_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/doctor"
	"langsmith-insights-mcp/server/servertest"
)

// commandResult is the output and the exit code of a command.
type commandResult struct {
	out, err string
	code     int
}

// runCommand runs the program with these arguments, these variables and an empty home.
func runCommand(t *testing.T, variables map[string]string, args ...string) commandResult {
	t.Helper()
	home := t.TempDir()
	getenv := func(name string) string {
		if value, ok := variables[name]; ok {
			return value
		}
		if name == "HOME" || name == "USERPROFILE" || name == "LOCALAPPDATA" {
			return home
		}
		return ""
	}
	var out, err bytes.Buffer
	code := cli.Run(t.Context(), args, getenv, strings.NewReader(""), &out, &err)
	return commandResult{out.String(), err.String(), code}
}

// setupProblem is a problem that keeps a new user from a first successful call.
// docs/troubleshooting.md lists them: see TestTroubleshootingDocument.
type setupProblem struct {
	title    string
	upstream http.Handler      // the LangSmith that doctor checks
	broken   error             // the error of its requests, in place of a response
	env      map[string]string // the environment
	profile  string            // the CLI's profile file; UPSTREAM in it is LangSmith's address
	check    string            // the check of doctor that fails or warns
	command  []string          // the command, if it is not doctor
	says     []string          // parts of the output
	code     int               // the exit code
}

func setupProblems() []setupProblem {
	const key = servertest.Key
	plain := sandbox.New(sandbox.Options{Keys: []string{key}})
	noPlan := sandbox.New(sandbox.Options{})
	noPlan.Inject(sandbox.Fault{Path: "/insights$", Times: 1000, Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`})
	webPage := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>a web page</html>") })
	with := func(pairs ...string) map[string]string {
		env := map[string]string{"LANGSMITH_API_KEY": key}
		for i := 0; i < len(pairs); i += 2 {
			env[pairs[i]] = pairs[i+1]
		}
		return env
	}
	return []setupProblem{
		{title: "No key", upstream: plain, env: map[string]string{}, check: "configuration", says: []string{"LANGSMITH_API_KEY", "Settings, API Keys"}, code: 1},
		{title: "A placeholder in place of the key", upstream: plain, env: map[string]string{"LANGSMITH_API_KEY": "${LANGSMITH_API_KEY}"}, check: "configuration", says: []string{"placeholder: LANGSMITH_API_KEY", "set LANGSMITH_API_KEY"}, code: 1},
		{title: "A wrong key", upstream: plain, env: map[string]string{"LANGSMITH_API_KEY": "lsv2_pt_wrong_0000"}, check: "key", says: []string{"not accepted", "LANGSMITH_API_KEY", "region"}, code: 1},
		{title: "The wrong region", upstream: plain, env: map[string]string{"LANGSMITH_API_KEY": "lsv2_pt_of_another_region", "LANGSMITH_ENDPOINT": "https://eu.api.smith.langchain.com"}, check: "key", says: []string{"not accepted", "region", "LANGSMITH_ENDPOINT"}, code: 1},
		{title: "A missing workspace", upstream: sandbox.New(sandbox.Options{OrgKeys: []string{key}}), env: with(), check: "workspace", says: []string{"spans several workspaces", "LANGSMITH_WORKSPACE_ID"}, code: 1},
		{title: "A variable of the profile that is not set", upstream: plain, profile: `{"profiles":{"default":{"api_key_env":"TEAM_KEY"}}}`, check: "configuration", says: []string{`profile "default"`, "TEAM_KEY, which is not set"}, code: 1},
		{title: "A key that only the CLI can get", upstream: plain, profile: `{"profiles":{"default":{"api_key_cmd":"pass show langsmith"}}}`, check: "configuration", says: []string{"api_key_cmd", "api_key_env", "LANGSMITH_API_KEY"}, code: 1},
		{title: "A login for another address", upstream: plain, env: map[string]string{"LANGSMITH_ENDPOINT": langsmith.DefaultEndpoint}, profile: `{"profiles":{"default":{"api_url":"https://eu.api.smith.langchain.com","oauth":{"access_token":"ey-secret"}}}}`, check: "configuration", says: []string{"sent only there", "unset", "LANGSMITH_PROFILE"}, code: 1},
		{title: "An expired login", upstream: plain, profile: `{"profiles":{"default":{"api_url":"UPSTREAM","oauth":{"access_token":"ey-secret","expires_at":"1999-12-31T00:00:00Z"}}}}`, check: "LangSmith answers", says: []string{"has expired", "Sign in again: langsmith auth login"}, code: 1},
		{title: "A workspace without a project", upstream: sandbox.New(sandbox.Options{Empty: true}), env: with(), check: "projects", says: []string{"Send traces", "LANGSMITH_WORKSPACE_ID", "LANGSMITH_ENDPOINT"}, code: 1},
		{title: "A project that does not exist", upstream: plain, env: with("LANGSMITH_PROJECT", "chat-prd"), check: "projects", says: []string{"LANGSMITH_PROJECT", `"chat-prod"`}, code: 1},
		{title: "No plan with Insights", upstream: noPlan, env: with(), check: "Insights", says: []string{"Plus or Enterprise plan"}, code: 1},
		{title: "No model secret", upstream: sandbox.New(sandbox.Options{Secrets: []string{}}), env: with(), check: "model secrets", says: []string{"Settings, Secrets"}, code: 0},
		{title: "No client found", command: []string{"install", "--client", "cursor"}, says: []string{"Install it and start it once", "name another client"}, code: 1},
		{title: "An unknown client", command: []string{"install", "--client", "emacs"}, says: []string{"name one of", "claude-desktop"}, code: 2},
		{title: "No key to write", command: []string{"install", "--client", "cursor", "--with-key"}, says: []string{"set LANGSMITH_API_KEY"}, code: 2},
		{title: "A key with a line break in it", env: map[string]string{"LANGSMITH_API_KEY": "lsv2_pt_0123\nexport"}, command: []string{"doctor"}, says: []string{"LANGSMITH_API_KEY: has a space, a line break"}, code: 2},
		{title: "An endpoint that is not an API", upstream: webPage, env: with(), check: "LangSmith answers", says: []string{"LANGSMITH_ENDPOINT"}, code: 1},
		{title: "A host name that does not exist", broken: &net.DNSError{Err: "no such host", Name: "api.smith.langchain.con", IsNotFound: true}, env: with("LANGSMITH_ENDPOINT", "https://api.smith.langchain.con"), check: "LangSmith answers", says: []string{"typos", "HTTPS_PROXY"}},
		{title: "An untrusted certificate", broken: x509.UnknownAuthorityError{}, env: with(), check: "LangSmith answers", says: []string{"SSL_CERT_FILE"}},
		{title: "A malformed proxy", upstream: plain, env: with("HTTPS_PROXY", "ht!tp://%%", "HTTP_PROXY", "ht!tp://%%"), check: "proxy", says: []string{"_PROXY", "http://host:port"}, code: 1},
		{title: "A state that cannot be written", upstream: plain, env: with("LANGSMITH_INSIGHTS_MCP_STATE", "/dev/null/state"), check: "state", says: []string{"Make it writable", "--state"}, code: 1},
	}
}

// withProfile returns env with the problem's profile file.
func (o setupProblem) withProfile(t *testing.T, env map[string]string, upstream string) map[string]string {
	t.Helper()
	with := map[string]string{}
	maps.Copy(with, env)
	if o.profile != "" {
		with["LANGSMITH_CONFIG_FILE"] = filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(with["LANGSMITH_CONFIG_FILE"], []byte(strings.Replace(o.profile, "UPSTREAM", upstream, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return with
}

// TestSetupProblems runs the program with each problem.
func TestSetupProblems(t *testing.T) {
	const key = servertest.Key
	for _, o := range setupProblems() {
		if o.broken != nil {
			// Tested without a server in TestTroubleshootingDocument, and with real
			// connections in package doctor.
			continue
		}
		t.Run(o.title, func(t *testing.T) {
			args, env := []string{"doctor"}, maps.Clone(o.env)
			if o.command != nil {
				args = o.command
			} else {
				upstream := httptest.NewServer(o.upstream)
				defer upstream.Close()
				if o.profile == "" || env["LANGSMITH_ENDPOINT"] != "" {
					env["LANGSMITH_ENDPOINT"] = upstream.URL
				}
				env = o.withProfile(t, env, upstream.URL)
			}
			got := runCommand(t, env, args...)
			if got.code != o.code || o.command == nil && got.err != "" {
				t.Errorf("code %d, want %d; stderr %q", got.code, o.code, got.err)
			}
			if strings.Contains(got.out+got.err, key) || strings.Contains(got.out+got.err, "ey-secret") {
				t.Errorf("the key is shown:\n%s%s", got.out, got.err)
			}
			output := got.err
			if o.command == nil {
				if output = checkBlock(got.out, o.check); output == "" {
					t.Fatalf("no check %q fails in:\n%s", o.check, got.out)
				}
			}
			for _, want := range o.says {
				if !strings.Contains(output, want) {
					t.Errorf("%q does not mention %q:\n%s", output, want, got.out)
				}
			}
			if box, ok := o.upstream.(*sandbox.Sandbox); ok {
				for _, request := range box.Requests() {
					if request.Method != http.MethodGet {
						t.Errorf("doctor sent %s %s, which may cost or change something", request.Method, request.Path)
					}
				}
			}
		})
	}
	t.Run("the sandbox left on", func(t *testing.T) {
		got := runCommand(t, map[string]string{"LANGSMITH_INSIGHTS_MCP_SANDBOX": "true", "LANGSMITH_API_KEY": key}, "doctor")
		if output := checkBlock(got.out, "configuration"); got.code != 0 || !strings.Contains(output, "Unset LANGSMITH_INSIGHTS_MCP_SANDBOX") {
			t.Errorf("code %d\n%s", got.code, got.out)
		}
	})
	t.Run("no problem", func(t *testing.T) {
		box := sandbox.New(sandbox.Options{Keys: []string{key}})
		upstream := httptest.NewServer(box)
		defer upstream.Close()
		got := runCommand(t, map[string]string{"LANGSMITH_API_KEY": key, "LANGSMITH_PROJECT": "chat-prod", "LANGSMITH_ENDPOINT": upstream.URL}, "doctor")
		if got.code != 0 || strings.Contains(got.out, "FAIL") || strings.Contains(got.out, "note") {
			t.Errorf("code %d\n%s", got.code, got.out)
		}
		if len(box.Requests()) == 0 {
			t.Error("doctor sent no request")
		}
	})
}

// TestDoctorJSON checks the output of doctor --json and its exit code.
func TestDoctorJSON(t *testing.T) {
	const key = servertest.Key
	steps := []string{"configuration", "variables", "proxy", "LangSmith answers", "key", "workspace", "projects", "Insights", "model secrets", "clock", "deprecations", "state"}
	for _, test := range []struct {
		name   string
		box    sandbox.Options
		env    map[string]string
		code   int
		failed string // the step that fails
	}{
		{"no problem", sandbox.Options{Keys: []string{key}}, nil, 0, ""},
		{"no project at all", sandbox.Options{Empty: true}, nil, 1, "projects"},
		{"an invalid configuration", sandbox.Options{}, map[string]string{"LANGSMITH_WORKSPACE_ID": "mine"}, 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			upstream := httptest.NewServer(sandbox.New(test.box))
			defer upstream.Close()
			env := map[string]string{"LANGSMITH_API_KEY": key, "LANGSMITH_ENDPOINT": upstream.URL}
			maps.Copy(env, test.env)
			got := runCommand(t, env, "doctor", "--json")
			if got.code != test.code {
				t.Errorf("code %d, want %d", got.code, test.code)
			}
			if test.code == 2 {
				if got.out != "" || !strings.Contains(got.err, "LANGSMITH_WORKSPACE_ID") {
					t.Errorf("out %q, err %q", got.out, got.err)
				}
				return
			}
			var report struct {
				Healthy *bool
				Checks  []doctor.Check
			}
			decoder := json.NewDecoder(strings.NewReader(got.out))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&report); err != nil || got.err != "" {
				t.Fatalf("%v; stderr %q\n%s", err, got.err, got.out)
			}
			if report.Healthy == nil || *report.Healthy != (test.failed == "") {
				t.Errorf("healthy: %v", report.Healthy)
			}
			var names []string
			for _, check := range report.Checks {
				names = append(names, check.Name)
				if (check.Status == doctor.Failed) != (check.Name == test.failed) {
					t.Errorf("the check is %+v", check)
				}
				if check.Found == "" || check.Status == doctor.Failed && check.Do == "" {
					t.Errorf("no finding or no advice: %+v", check)
				}
			}
			if !slices.Equal(names, steps) {
				t.Errorf("the steps are %q", names)
			}
		})
	}
}

// TestTroubleshootingDocument compares docs/troubleshooting.md with the program's output
// for each problem; -update rewrites it.
func TestTroubleshootingDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Troubleshooting\n\nWritten by `go test ./server/cli -run Troubleshooting -update` from the output of the program; CI compares.\n\n" +
		"`langsmith-insights-mcp doctor` checks, one after another, the things that can keep the\n" +
		"server from working, and says what to do. It costs nothing and changes nothing. Run it\n" +
		"where the client runs the server, with the same variables. A tool call that fails says\n" +
		"what to do as well.\n")
	for _, o := range setupProblems() {
		fmt.Fprintf(&b, "\n## %s\n\n", o.title)
		var output string
		if o.command != nil {
			got := runCommand(t, o.env, o.command...)
			output = homeOf.ReplaceAllString(got.err, "~")
			fmt.Fprintf(&b, "`langsmith-insights-mcp %s`\n\n", strings.Join(o.command, " "))
		} else {
			output = homeOf.ReplaceAllString(checkBlock(printDoctor(t, o), o.check), "~/.langsmith")
		}
		for _, want := range o.says {
			if !strings.Contains(output, want) {
				t.Errorf("%s: does not mention %q:\n%s", o.title, want, output)
			}
		}
		fmt.Fprintf(&b, "```text\n%s\n```\n", strings.TrimSpace(output))
	}
	document(t, "troubleshooting.md", b.String())
}

// homeOf matches the folder of t.TempDir in TestTroubleshootingDocument.
var homeOf = regexp.MustCompile(`\S*/TestTroubleshooting[^/ ]*/\d+`)

// printDoctor returns what doctor prints with a problem. It runs in virtual time, because
// requests that fail are retried after a delay.
func printDoctor(t *testing.T, o setupProblem) (printed string) {
	t.Helper()
	env := o.withProfile(t, o.env, langsmith.DefaultEndpoint)
	getenv := func(name string) string { return env[name] }
	cfg, err := config.Load(config.Stdio, nil, getenv)
	if err != nil {
		t.Fatal(err)
	}
	var stateErr error
	if o.check == "state" {
		stateErr = errors.New("mkdir /var/lib/insights: permission denied")
	}
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		doctor.Print(&out, doctor.Run(t.Context(), doctor.Options{
			LangSmith:    cfg.LangSmith,
			Placeholders: cfg.Placeholders,
			Client: langsmith.New(langsmith.Options{
				Endpoint: cfg.LangSmith.Endpoint, Credentials: cfg.LangSmith.Credentials, Transport: problemTransport{o}}),
			Getenv:     getenv,
			Proxy:      func(*http.Request) (*url.URL, error) { return nil, nil },
			State:      "memory",
			CheckState: func(context.Context) (string, error) { return "", stateErr },
		}))
		printed = out.String()
	})
	return printed
}

// problemTransport sends requests to the upstream of a problem.
type problemTransport struct{ setupProblem }

func (a problemTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if a.broken != nil {
		return nil, a.broken
	}
	recorder := httptest.NewRecorder()
	a.upstream.ServeHTTP(recorder, request)
	return recorder.Result(), nil
}

// checkBlock returns the line of a check that fails or warns, with the indented lines
// below it.
func checkBlock(out, check string) string {
	var block strings.Builder
	inside := false
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, "FAIL  "+check+":"), strings.HasPrefix(line, "note  "+check+":"):
			inside = true
		case !strings.HasPrefix(line, "      "):
			inside = false
		}
		if inside {
			block.WriteString(line)
		}
	}
	return block.String()
}

// TestDoctorLive checks the output of doctor --live, as text and as JSON.
func TestDoctorLive(t *testing.T) {
	const key = servertest.Key
	box := sandbox.New(sandbox.Options{Keys: []string{key}})
	box.Inject(sandbox.Fault{Path: "/insights/configs$", Body: `{"configs":[{"id":"1","name":"secret","config":{},"prebuilt":"no"}]}`})
	upstream := httptest.NewServer(box)
	defer upstream.Close()
	env := map[string]string{"LANGSMITH_API_KEY": key, "LANGSMITH_ENDPOINT": upstream.URL}
	got := runCommand(t, env, "doctor", "--live", "chat-prod")
	for _, want := range []string{
		"The responses of a self-hosted LangSmith", "ok    jobs: GET /sessions/{id}/insights 200",
		"note  configs: GET /sessions/{id}/insights/configs 200\n      GET /sessions/{id}/insights/configs: configs[].config.attribute_schemas: missing\n",
		"      GET /sessions/{id}/insights/configs: configs[].prebuilt: a text instead of a boolean\n", "include these lines in a bug report",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	if got.code != 0 || got.err != "" || strings.Contains(got.out, "secret") || strings.Contains(got.out, "chat-prod") || strings.Contains(got.out, upstream.URL) {
		t.Errorf("code %d, stderr %q\n%s", got.code, got.err, got.out)
	}
	got = runCommand(t, env, "doctor", "--live", "chat-prd")
	if got.code != 2 || got.out != "" || !strings.Contains(got.err, `--live: there is no project "chat-prd" in this workspace; visible: `) || !strings.Contains(got.err, `"chat-prod"`) {
		t.Errorf("a misspelt project: code %d\n%s%s", got.code, got.out, got.err)
	}
	got = runCommand(t, env, "doctor", "--live", "no such project", "--json")
	var report struct {
		Healthy bool
		Checks  []doctor.Check
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != 1 || report.Healthy || report.Checks[0].Status != doctor.Failed {
		t.Errorf("code %d, %v\n%s", got.code, err, got.out)
	}
	if got = runCommand(t, map[string]string{"LANGSMITH_INSIGHTS_MCP_SANDBOX": "true"}, "doctor", "--live", "chat-prod"); got.code != 2 || !strings.Contains(got.err, "--live: the sandbox is served") {
		t.Errorf("code %d, %q", got.code, got.err)
	}
}
