package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/servertest"
)

// ran is what a command line printed and ended with.
type ran struct {
	out, err string
	code     int
}

// runCommand runs the program's command line in an environment of its own.
func runCommand(t *testing.T, variables map[string]string, args ...string) ran {
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
	code := server.Run(t.Context(), args, getenv, server.Streams{In: strings.NewReader(""), Out: &out, Err: &err})
	return ran{out.String(), err.String(), code}
}

// TestWhatANewcomerMeetsFirst is the table of everything that keeps a new user
// from the first working call, and what doctor says to do about it.
func TestWhatANewcomerMeetsFirst(t *testing.T) {
	const key = servertest.Key
	plain := sandbox.New(sandbox.Options{Keys: []string{key}})
	spanning := sandbox.New(sandbox.Options{OrgKeys: []string{key}})
	empty := sandbox.New(sandbox.Options{Empty: true})
	unfunded := sandbox.New(sandbox.Options{Secrets: []string{}})
	noPlan := sandbox.New(sandbox.Options{})
	noPlan.Inject(sandbox.Fault{Path: "/insights$", Times: 1000, Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`})
	noAPI := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>a web page</html>") })

	for _, test := range []struct {
		name     string
		upstream http.Handler
		env      map[string]string
		check    string   // the check that fails or warns
		says     []string // what it tells the newcomer to do
		code     int
	}{
		{"no key", plain, map[string]string{}, "configuration", []string{"LANGSMITH_API_KEY", "Settings, API Keys"}, 1},
		{"a wrong key", plain, map[string]string{"LANGSMITH_API_KEY": "lsv2_pt_wrong_0000"}, "key", []string{"not accepted", "LANGSMITH_API_KEY", "region"}, 1},
		{"a missing workspace", spanning, map[string]string{"LANGSMITH_API_KEY": key}, "workspace", []string{"LANGSMITH_WORKSPACE_ID"}, 1},
		{"no project at all", empty, map[string]string{"LANGSMITH_API_KEY": key}, "projects", []string{"Send traces", "LANGSMITH_WORKSPACE_ID", "LANGSMITH_ENDPOINT"}, 1},
		{"a project that is not there", plain, map[string]string{"LANGSMITH_API_KEY": key, "LANGSMITH_PROJECT": "chat-prd"}, "projects", []string{"LANGSMITH_PROJECT", `"chat-prod"`}, 1},
		{"no plan", noPlan, map[string]string{"LANGSMITH_API_KEY": key}, "Insights", []string{"Plus or Enterprise plan"}, 1},
		{"no model secret", unfunded, map[string]string{"LANGSMITH_API_KEY": key}, "model secrets", []string{"Settings, Secrets"}, 0},
		{"an endpoint that is no API", noAPI, map[string]string{"LANGSMITH_API_KEY": key}, "LangSmith answers", []string{"LANGSMITH_ENDPOINT"}, 1},
		{"nothing wrong", plain, map[string]string{"LANGSMITH_API_KEY": key, "LANGSMITH_PROJECT": "chat-prod"}, "", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			upstream := httptest.NewServer(test.upstream)
			defer upstream.Close()
			test.env["LANGSMITH_ENDPOINT"] = upstream.URL
			got := runCommand(t, test.env, "doctor")
			if got.code != test.code || got.err != "" {
				t.Errorf("code %d, want %d; stderr %q", got.code, test.code, got.err)
			}
			if strings.Contains(got.out, key) {
				t.Errorf("the key is shown:\n%s", got.out)
			}
			block := checkBlock(got.out, test.check)
			if test.check != "" && block == "" {
				t.Fatalf("no check %q fails in:\n%s", test.check, got.out)
			}
			for _, want := range test.says {
				if !strings.Contains(block, want) {
					t.Errorf("%q does not mention %q:\n%s", test.check, want, got.out)
				}
			}
			if test.check == "" && strings.Contains(got.out, "FAIL") {
				t.Errorf("a check fails:\n%s", got.out)
			}
		})
	}

	t.Run("no client found", func(t *testing.T) {
		got := runCommand(t, nil, "install", "--client", "nobody")
		if got.code != 2 || !strings.Contains(got.err, "claude-desktop") {
			t.Errorf("code %d, stderr %q", got.code, got.err)
		}
	})
	t.Run("a region that does not know the key", func(t *testing.T) {
		// Only LangSmith's own regions have others to name, and none can be
		// reached from a test; the words are those of package tools.
		got := runCommand(t, map[string]string{"LANGSMITH_ENDPOINT": "https://nowhere.invalid"}, "doctor", "--json")
		if got.code != 1 || !strings.Contains(got.out, `"healthy": false`) {
			t.Errorf("code %d, stdout %s", got.code, got.out)
		}
	})
}

// checkBlock is a failing check's line with what is indented below it.
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
