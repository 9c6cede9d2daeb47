package config_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
)

const (
	accessToken  = "ey-access-0123456789abcdef"
	refreshToken = "ey-refresh-0123456789abcdef"
)

// profiles writes a profile file with logins and keys, and returns the variables that
// select one of its profiles.
func profiles(t *testing.T, name string, more ...string) map[string]string {
	t.Helper()
	const oauth = `"oauth":{"access_token":"` + accessToken + `","refresh_token":"` + refreshToken + `","expires_at":"2099-01-31T00:00:00Z"}`
	file := write(t, filepath.Join(t.TempDir(), "config.json"), `{"profiles":{
		"work":    {`+oauth+`,"api_key":"`+otherKey+`","api_url":"https://eu.api.smith.langchain.com/api/v1/","workspace_id":"`+workspace+`"},
		"first":   {`+oauth+`},
		"broken":  {`+oauth+`,"api_url":"https://user:hunter2@host"},
		"unset":   {"api_key_env":"TEAM_KEY"},
		"command": {"api_key_cmd":"pass show langsmith"},
		"nothing": {"api_url":"https://host"}}}`)
	variables := map[string]string{"LANGSMITH_CONFIG_FILE": file, "LANGSMITH_PROFILE": name}
	for i := 0; i < len(more); i += 2 {
		variables[more[i]] = more[i+1]
	}
	return variables
}

func TestProfileLogin(t *testing.T) {
	l := load(t, config.Stdio, nil, profiles(t, "work")).LangSmith
	token, err := l.Credentials.Login.Token(t.Context())
	if err != nil || token.Reveal() != accessToken || l.Credentials.APIKey != "" || l.Credentials.BearerToken != "" {
		t.Errorf("%q, %v, %+v", token.Reveal(), err, l)
	}
	if l.Endpoint.String() != "https://eu.api.smith.langchain.com" || l.Credentials.Workspace.String() != workspace {
		t.Errorf("%s in %s", l.Endpoint, l.Credentials.Workspace)
	}
	if !l.UsesProfile() || !strings.HasPrefix(l.Found.Credential, `profile "work" in `) || l.CredentialError() != nil {
		t.Errorf("found in %q, %v", l.Found.Credential, l.CredentialError())
	}
	again := load(t, config.Stdio, nil, map[string]string{"LANGSMITH_CONFIG_FILE": l.ProfileFile, "LANGSMITH_PROFILE": "work"}).LangSmith
	if got := l.Credentials.Fingerprint(); got == "" || got != again.Credentials.Fingerprint() {
		t.Errorf("fingerprint %q, at another start %q", got, again.Credentials.Fingerprint())
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		if printed := fmt.Sprintf(verb, l); strings.Contains(printed, accessToken) || strings.Contains(printed, refreshToken) {
			t.Errorf("a token is printed: %s", printed)
		}
	}
}

// A key or a token in the environment takes precedence over a login.
func TestEnvironmentOverridesLogin(t *testing.T) {
	l := load(t, config.Stdio, nil, profiles(t, "work", "LANGSMITH_API_KEY", key)).LangSmith
	if l.Credentials.APIKey.Reveal() != key || l.Credentials.Login != nil || l.UsesProfile() {
		t.Errorf("%+v", l)
	}
	l = load(t, config.Stdio, nil, profiles(t, "work", "LANGSMITH_BEARER_TOKEN", "token-0123456789")).LangSmith
	if l.Credentials.BearerToken.Reveal() != "token-0123456789" || l.Credentials.Login != nil {
		t.Errorf("%+v", l)
	}
}

// A login's token is sent only to the address of its profile.
func TestLoginIsBoundToEndpoint(t *testing.T) {
	for _, test := range []struct {
		profile, endpoint string
		usable            bool
	}{
		{"work", "https://eu.api.smith.langchain.com", true},
		{"work", "HTTPS://EU.api.smith.langchain.com:443/api/", true},
		{"work", "https://api.smith.langchain.com", false},
		{"work", "https://evil.example", false},
		{"work", "http://eu.api.smith.langchain.com", false},
		{"first", "https://api.smith.langchain.com/api/v1", true},
		{"first", "https://eu.api.smith.langchain.com", false},
		{"broken", "https://host", false},
	} {
		l := load(t, config.Stdio, nil, profiles(t, test.profile, "LANGSMITH_ENDPOINT", test.endpoint)).LangSmith
		token, err := l.Credentials.Login.Token(t.Context())
		if test.usable {
			if err != nil || token.Reveal() != accessToken {
				t.Errorf("%s at %s: %q, %v", test.profile, test.endpoint, token.Reveal(), err)
			}
			continue
		}
		if err == nil || token != "" || l.CredentialError() == nil {
			t.Errorf("%s at %s gives %q", test.profile, test.endpoint, token.Reveal())
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || test.profile != "broken" && (!strings.Contains(err.Error(), "LANGSMITH_ENDPOINT is "+l.Endpoint.String()) || !strings.Contains(err.Error(), "sent only there")) {
			t.Errorf("%s at %s: %v", test.profile, test.endpoint, err)
		}
	}
}

// The server starts with an unusable credential of a profile. Each call reports it.
func TestUnusableProfileCredentials(t *testing.T) {
	for name, want := range map[string]string{
		"unset":   "TEAM_KEY, which is not set",
		"command": "(api_key_cmd), which only LangSmith's CLI runs; set api_key_env in the profile to a variable with the key, or set LANGSMITH_API_KEY",
	} {
		for _, command := range []config.Command{config.Stdio, config.HTTPCmd} {
			l := load(t, command, nil, profiles(t, name)).LangSmith
			if l.Credentials.Empty() || l.CredentialError() == nil {
				t.Fatalf("%s: %+v", name, l)
			}
			if _, err := l.Credentials.Login.Token(t.Context()); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(l.CredentialError(), err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if l := load(t, config.Stdio, nil, profiles(t, "nothing")).LangSmith; !l.Credentials.Empty() || l.Found.Credential != "" {
		t.Errorf("%+v", l)
	}
	_, err := config.Load(config.Stdio, nil, environment(t, profiles(t, "nobody")))
	if got := problems(t, err); len(got) != 1 || !strings.HasPrefix(got[0], `LANGSMITH_PROFILE: there is no profile "nobody" in `) {
		t.Errorf("%q", got)
	}
}

// A server does not start if anyone could call with the operator's login. An unusable
// login exposes nothing.
func TestLoginIsNotExposed(t *testing.T) {
	open := map[string]string{"addr": ":0"}
	_, err := config.Load(config.HTTPCmd, open, environment(t, profiles(t, "work")))
	if got := problems(t, err); len(got) != 1 || !strings.Contains(got[0], `call with the credentials of profile "work"`) {
		t.Errorf("%q", got)
	}
	load(t, config.HTTPCmd, map[string]string{"addr": ":0", "auth-token": "one"}, profiles(t, "work"))
	load(t, config.HTTPCmd, open, profiles(t, "unset"))
}

// Every variable that selects a profile is documented.
func TestProfileVariablesAreDocumented(t *testing.T) {
	var names []string
	for _, variable := range config.Variables() {
		names = append(names, variable.Names...)
	}
	for _, name := range []string{"LANGSMITH_PROFILE", "LANGSMITH_CONFIG_FILE"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not in %q", name, names)
		}
	}
}
