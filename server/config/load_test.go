package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
)

const (
	key       = "lsv2_pt_0123456789abcdef_0123456789"
	otherKey  = "lsv2_sk_fedcba9876543210_9876543210"
	workspace = "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"
)

// environment returns a getenv over a map, with an empty home directory.
func environment(t *testing.T, variables map[string]string) func(string) string {
	t.Helper()
	home := t.TempDir()
	return func(name string) string {
		if value, ok := variables[name]; ok {
			return value
		}
		if name == "HOME" || name == "USERPROFILE" || name == "LOCALAPPDATA" {
			return home
		}
		return ""
	}
}

func load(t *testing.T, command config.Command, flags, variables map[string]string) *config.Config {
	t.Helper()
	c, err := config.Load(command, flags, environment(t, variables))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// problems lists the problems that an error joins.
func problems(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var texts []string
	for _, err := range err.(interface{ Unwrap() []error }).Unwrap() {
		var problem config.Problem
		if !errors.As(err, &problem) {
			t.Errorf("not a config.Problem: %v", err)
		}
		texts = append(texts, err.Error())
	}
	return texts
}

// An invalid issuer is reported once. It is not reported as missing too.
func TestInvalidIssuerIsReportedOnce(t *testing.T) {
	_, err := config.Load(config.HTTPCmd, map[string]string{"oauth-issuer": "http://id.example.com", "oauth-audience": "x"}, environment(t, nil))
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), "want the issuer's https:// address") {
		t.Errorf("got %v", err)
	}
}

func TestDefaults(t *testing.T) {
	c := load(t, config.Stdio, nil, nil)
	if c.Timeout != time.Minute || c.ShutdownTimeout != 2*time.Second || c.LogLevel != zerolog.InfoLevel {
		t.Errorf("stdio: %+v", c)
	}
	if !filepath.IsAbs(c.State) || filepath.Base(c.State) != "langsmith-insights-mcp" {
		t.Errorf("the state of stdio is in %q, which is not a directory of the user's", c.State)
	}
	c = load(t, config.HTTPCmd, nil, nil)
	if c.HTTP.Addr != "127.0.0.1:8080" || c.ShutdownTimeout != 25*time.Second || c.State != "memory" {
		t.Errorf("http: %+v", c)
	}
}

func TestFlagsOverrideVariables(t *testing.T) {
	c := load(t, config.Stdio, map[string]string{"log-level": "error"}, map[string]string{
		"LANGSMITH_INSIGHTS_MCP_LOG_LEVEL":  "debug",
		"LANGSMITH_INSIGHTS_MCP_MAX_SAMPLE": "50",
		"LANGSMITH_INSIGHTS_MCP_READ_ONLY":  "1",
		"LANGSMITH_INSIGHTS_MCP_TOOLS":      " list_projects , get_run ",
	})
	if c.LogLevel != zerolog.ErrorLevel || c.MaxSample != 50 || !c.ReadOnly || !slices.Equal(c.Tools, []string{"list_projects", "get_run"}) {
		t.Errorf("%+v", c)
	}
}

func TestAllProblemsAreReported(t *testing.T) {
	_, err := config.Load(config.HTTPCmd, map[string]string{
		"timeout": "soon", "addr": "8080", "state": "mysql://db", "max-sample": "1001", "auth-token": ",", "oauth-issuer": "http://issuer.example",
	}, environment(t, map[string]string{
		"LANGSMITH_ENDPOINT":                     "ftp://host",
		"LANGSMITH_WORKSPACE_ID":                 "mine",
		"LANGSMITH_API_KEY":                      key + "\nX-Evil: 1",
		"LANGSMITH_INSIGHTS_MCP_LOG_LEVEL":       "loud",
		"LANGSMITH_INSIGHTS_MCP_AUTH_TOKEN_FILE": "/no/such/file",
		"LANGSMITH_INSIGHTS_MCP_CONFIRM":         "perhaps",
	}))
	all := problems(t, err)
	for _, problem := range all {
		if strings.Contains(problem, "\n") {
			t.Errorf("a problem takes more than a line: %q", problem)
		}
	}
	text := strings.Join(all, "\n")
	for _, name := range []string{
		"--timeout:", "--addr:", "--state:", "--max-sample:", "--auth-token:", "--oauth-issuer:", "--oauth-audience:", "LANGSMITH_ENDPOINT:", "LANGSMITH_WORKSPACE_ID:",
		"LANGSMITH_API_KEY:", "LANGSMITH_INSIGHTS_MCP_LOG_LEVEL:", "LANGSMITH_INSIGHTS_MCP_AUTH_TOKEN_FILE:", "LANGSMITH_INSIGHTS_MCP_CONFIRM:",
	} {
		if !strings.Contains(text, name) {
			t.Errorf("%s is not named in:\n%s", name, text)
		}
	}
	if len(all) != 13 {
		t.Errorf("%d problems:\n%s", len(all), text)
	}
	if strings.Contains(text, key) {
		t.Errorf("the key is shown:\n%s", text)
	}
}

// An issuer's address follows RFC 8414. The error does not repeat a password in it.
func TestIssuerAddresses(t *testing.T) {
	for address, valid := range map[string]bool{
		"https://issuer.example": true, "https://issuer.example/": true, "https://issuer.example/realms/a": true, "http://127.0.0.1:9": true,
		"http://issuer.example": false, "issuer.example": false, "https://user:hunter2@issuer.example": false, "https://user@issuer.example": false,
		"https://issuer.example?tenant=a": false, "https://issuer.example/?": false, "https://issuer.example/#a": false,
	} {
		_, err := config.Load(config.HTTPCmd, map[string]string{"oauth-issuer": address, "oauth-audience": "insights"}, environment(t, nil))
		if (err == nil) != valid || !valid && !strings.Contains(err.Error(), "--oauth-issuer:") || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestLangSmithSettings(t *testing.T) {
	dir := t.TempDir()
	keyFile := write(t, filepath.Join(dir, "key"), "  "+key+"\n")
	profiles := write(t, filepath.Join(dir, "config.json"), `{"current_profile":"work","profiles":{
		"work": {"api_key":"`+otherKey+`","api_url":"https://eu.api.smith.langchain.com","workspace_id":"`+workspace+`"},
		"home": {"api_key":"`+key+`"},
		"team": {"api_key_env":"TEAM_KEY","api_url":"https://host/api"}}}`)
	fallback := write(t, filepath.Join(dir, "default.json"), `{"profiles":{"default":{"api_key":"`+key+`"},"other":{"api_key":"`+otherKey+`"}}}`)

	for _, test := range []struct {
		name      string
		variables map[string]string
		key       string
		bearer    string
		endpoint  string
		workspace string
		project   string
	}{
		{name: "nothing", endpoint: "https://api.smith.langchain.com"},
		{name: "the variables", variables: map[string]string{"LANGSMITH_API_KEY": key, "LANGSMITH_ENDPOINT": "https://eu.api.smith.langchain.com/api/v1/", "LANGSMITH_WORKSPACE_ID": workspace, "LANGSMITH_PROJECT": "chat"},
			key: key, endpoint: "https://eu.api.smith.langchain.com", workspace: workspace, project: "chat"},
		{name: "the older names", variables: map[string]string{"LANGCHAIN_API_KEY": key, "LANGCHAIN_ENDPOINT": "https://host/api", "LANGCHAIN_PROJECT": "chat", "LANGSMITH_TENANT_ID": workspace},
			key: key, endpoint: "https://host", workspace: workspace, project: "chat"},
		{name: "the newer name takes precedence", variables: map[string]string{"LANGCHAIN_API_KEY": otherKey, "LANGSMITH_API_KEY": key}, key: key, endpoint: "https://api.smith.langchain.com"},
		{name: "stray blanks and quotes", variables: map[string]string{"LANGSMITH_API_KEY": ` "` + key + `" `, "LANGSMITH_ENDPOINT": " 'https://host' "}, key: key, endpoint: "https://host"},
		{name: "placeholders that the client did not replace", variables: map[string]string{"LANGSMITH_API_KEY": "${LANGSMITH_API_KEY}", "LANGSMITH_ENDPOINT": "${env:LANGSMITH_ENDPOINT}"}, endpoint: "https://api.smith.langchain.com"},
		{name: "a key file", variables: map[string]string{"LANGSMITH_API_KEY_FILE": keyFile}, key: key, endpoint: "https://api.smith.langchain.com"},
		{name: "a bearer token", variables: map[string]string{"LANGSMITH_BEARER_TOKEN": "token-0123456789", "LANGSMITH_WORKSPACE_ID": workspace}, bearer: "token-0123456789", endpoint: "https://api.smith.langchain.com", workspace: workspace},
		{name: "the current profile", variables: map[string]string{"LANGSMITH_CONFIG_FILE": profiles}, key: otherKey, endpoint: "https://eu.api.smith.langchain.com", workspace: workspace},
		{name: "another profile", variables: map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_PROFILE": "home"}, key: key, endpoint: "https://api.smith.langchain.com"},
		{name: "the profile called default", variables: map[string]string{"LANGSMITH_CONFIG_FILE": fallback}, key: key, endpoint: "https://api.smith.langchain.com"},
		{name: "the variable that the profile names", variables: map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_PROFILE": "team", "TEAM_KEY": ` "` + key + `" `}, key: key, endpoint: "https://host"},
		{name: "each variable takes precedence over the profile", variables: map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_API_KEY": key},
			key: key, endpoint: "https://eu.api.smith.langchain.com", workspace: workspace},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := load(t, config.Stdio, nil, test.variables).LangSmith
			got := fmt.Sprint(l.Credentials.APIKey.Reveal(), "|", l.Credentials.BearerToken.Reveal(), "|", l.Endpoint, "|", l.Project)
			want := fmt.Sprint(test.key, "|", test.bearer, "|", test.endpoint, "|", test.project)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if l.HasWorkspace() != (test.workspace != "") || l.HasWorkspace() && l.Credentials.Workspace.String() != test.workspace {
				t.Errorf("workspace %s, want %q", l.Credentials.Workspace, test.workspace)
			}
			if printed := fmt.Sprintf("%v %+v %#v %q", l, l, l, l); strings.Contains(printed, key) || strings.Contains(printed, otherKey) {
				t.Errorf("the key is printed: %s", printed)
			}
		})
	}
}

func TestProfileInHomeDirectory(t *testing.T) {
	home := t.TempDir()
	write(t, filepath.Join(home, ".langsmith", "config.json"), `{"current_profile":"x","profiles":{"x":{"api_key":"`+key+`"}}}`)
	c := load(t, config.Stdio, nil, map[string]string{"HOME": home, "USERPROFILE": home})
	if c.LangSmith.Credentials.APIKey.Reveal() != key || !strings.Contains(c.LangSmith.Found.Credential, `profile "x"`) {
		t.Errorf("found the key in %q", c.LangSmith.Found.Credential)
	}
}

func TestSandboxIgnoresLangSmithVariables(t *testing.T) {
	c := load(t, config.Stdio, map[string]string{"sandbox": "true"}, map[string]string{
		"LANGSMITH_API_KEY": key, "LANGSMITH_ENDPOINT": "nonsense", "LANGSMITH_WORKSPACE_ID": "nonsense", "LANGSMITH_PROJECT": "p",
	})
	if !c.LangSmith.Credentials.Empty() || c.LangSmith.Project != "" || c.State != "memory" {
		t.Errorf("%+v", c)
	}
}

// A placeholder that the client did not replace is not a value, and is reported.
func TestPlaceholdersAreUnset(t *testing.T) {
	for _, value := range []string{"${LANGSMITH_API_KEY}", "${input:langsmith-api-key}", "${user_config.langsmith_api_key}", "{env:LANGSMITH_API_KEY}", "$LANGSMITH_API_KEY", ` "${X}" `} {
		c := load(t, config.Stdio, nil, map[string]string{"LANGSMITH_API_KEY": value, "LANGSMITH_INSIGHTS_MCP_READ_ONLY": value})
		if !c.LangSmith.Credentials.Empty() || c.ReadOnly || !slices.Equal(c.Placeholders, []string{"LANGSMITH_INSIGHTS_MCP_READ_ONLY", "LANGSMITH_API_KEY"}) {
			t.Errorf("%s: %+v", value, c)
		}
	}
	for _, value := range []string{"$", "$5 a day", "a$NAME", "${A}${B}", "{env}", "$lower"} {
		c := load(t, config.Stdio, nil, map[string]string{"LANGSMITH_PROJECT": value})
		if c.LangSmith.Project != value || len(c.Placeholders) > 0 {
			t.Errorf("%s: %+v", value, c)
		}
	}
}

// A placeholder must not switch authentication off.
func TestPlaceholderAsAuthToken(t *testing.T) {
	variables := map[string]string{"LANGSMITH_INSIGHTS_MCP_AUTH_TOKEN": "${TOKEN}"}
	_, err := config.Load(config.HTTPCmd, nil, environment(t, variables))
	if got := problems(t, err); len(got) != 1 || got[0] != "LANGSMITH_INSIGHTS_MCP_AUTH_TOKEN: the placeholder ${TOKEN} was not replaced" {
		t.Errorf("%q", got)
	}
	if c := load(t, config.HTTPCmd, map[string]string{"auth-token": "one"}, variables); len(c.HTTP.AuthTokens) != 1 {
		t.Errorf("the flag does not take precedence: %+v", c.HTTP)
	}
}

func TestInvalidStates(t *testing.T) {
	for _, state := range []string{"redis://host:99999", "redis://:secret@host:99999/0", "rediss://host:port", "redis://", "redis://:secret@host/0?color=secret", "mysql://:secret@host", "redis:secret@host:6379"} {
		_, err := config.Load(config.Stdio, map[string]string{"state": state}, environment(t, nil))
		if got := problems(t, err); len(got) != 1 || !strings.HasPrefix(got[0], "--state: ") || strings.Contains(got[0], "secret") {
			t.Errorf("%s: %q", state, got)
		}
	}
	for _, state := range []string{"redis://host", "redis://:secret@host:65535/0", "rediss://[::1]:6379/1", "memory", "/some/dir"} {
		load(t, config.Stdio, map[string]string{"state": state}, nil)
	}
}

func TestAuthTokens(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "tokens"), "# the team's\nthree\n\n four \n")
	c := load(t, config.HTTPCmd, map[string]string{"auth-token": "one, two", "auth-token-file": file}, nil)
	var got []string
	for _, token := range c.HTTP.AuthTokens {
		got = append(got, token.Reveal())
	}
	if !slices.Equal(got, []string{"one", "two", "three", "four"}) {
		t.Errorf("got %q", got)
	}
}

func TestSettings(t *testing.T) {
	seen := map[string]bool{}
	for _, setting := range config.Settings() {
		if seen[setting.Name] || setting.Meaning == "" || !strings.HasPrefix(setting.Variable(), config.EnvPrefix) {
			t.Errorf("%+v", setting)
		}
		seen[setting.Name] = true
	}
	if got, _ := config.LookupSetting("max-jobs-per-day"); got.Variable() != "LANGSMITH_INSIGHTS_MCP_MAX_JOBS_PER_DAY" {
		t.Error(got.Variable())
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("https://host", key, workspace, `{"profiles":{}}`)
	f.Add("", "", "", "[")
	f.Fuzz(func(t *testing.T, endpoint, apiKey, workspace, profile string) {
		path := write(t, filepath.Join(t.TempDir(), "config.json"), profile)
		_, err := config.Load(config.Stdio, nil, environment(t, map[string]string{
			"LANGSMITH_ENDPOINT": endpoint, "LANGSMITH_API_KEY": apiKey, "LANGSMITH_WORKSPACE_ID": workspace, "LANGSMITH_CONFIG_FILE": path,
		}))
		for _, problem := range problems(t, err) {
			if strings.ContainsAny(problem, "\n\r") {
				t.Errorf("a problem takes more than a line: %q", problem)
			}
		}
	})
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
