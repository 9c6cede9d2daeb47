package cli

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
)

// TestEntryEnv checks which variables of the environment install writes: never a secret.
func TestEntryEnv(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("lsv2_pt_secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const workspace = "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"
	profiles := filepath.Join(t.TempDir(), "config.json")
	const content = `{"current_profile":"home","profiles":{
		"work":{"oauth":{"access_token":"secret-token"},"api_url":"https://eu.api.smith.langchain.com","workspace_id":"` + workspace + `"},
		"home":{"api_key":"lsv2_pt_secret","api_url":"https://host"}}}`
	if err := os.WriteFile(profiles, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ environment, want map[string]string }{
		{map[string]string{}, map[string]string{}},
		{map[string]string{"LANGSMITH_API_KEY": "lsv2_pt_secret"}, map[string]string{}},
		{
			map[string]string{"LANGSMITH_API_KEY_FILE": keyFile, "LANGCHAIN_PROJECT": "shop"},
			map[string]string{"LANGSMITH_API_KEY_FILE": keyFile, "LANGSMITH_PROJECT": "shop"},
		},
		{ // the key takes precedence over the file
			map[string]string{"LANGSMITH_API_KEY": "lsv2_pt_secret", "LANGSMITH_API_KEY_FILE": keyFile},
			map[string]string{},
		},
		{
			map[string]string{"LANGSMITH_BEARER_TOKEN": "secret", "LANGSMITH_TENANT_ID": workspace, "LANGSMITH_ENDPOINT": "https://eu.api.smith.langchain.com/api/v1"},
			map[string]string{"LANGSMITH_WORKSPACE_ID": workspace, "LANGSMITH_ENDPOINT": "https://eu.api.smith.langchain.com"},
		},
		{ // the endpoint and workspace of a login are read from its profile
			map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_PROFILE": "work", "LANGSMITH_PROJECT": "shop"},
			map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_PROFILE": "work", "LANGSMITH_PROJECT": "shop"},
		},
		{
			map[string]string{"LANGSMITH_CONFIG_FILE": profiles},
			map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_ENDPOINT": "https://host"},
		},
		{ // the key of the environment takes precedence
			map[string]string{"LANGSMITH_CONFIG_FILE": profiles, "LANGSMITH_API_KEY": "lsv2_pt_secret", "LANGSMITH_ENDPOINT": "https://host"},
			map[string]string{"LANGSMITH_ENDPOINT": "https://host"},
		},
	} {
		getenv := func(name string) string { return test.environment[name] }
		settings, err := config.LoadLangSmith(getenv)
		if err != nil {
			t.Fatal(err)
		}
		got, err := entryEnv(settings, getenv)
		if err != nil || !maps.Equal(got, test.want) {
			t.Errorf("%v: got %v, %v; want %v", test.environment, got, err, test.want)
		}
	}
}

// TestUninstallWithoutTheClient checks the message for a client that is not installed.
func TestUninstallWithoutTheClient(t *testing.T) {
	home := t.TempDir()
	var out, log bytes.Buffer
	code := Run(t.Context(), []string{"uninstall", "--client", "cursor"}, func(name string) string {
		if name == "HOME" || name == "USERPROFILE" {
			return home
		}
		return ""
	}, strings.NewReader(""), &out, &log)
	if want := "Cursor was not found: there is nothing to remove.\n"; code != 0 || out.String() != want || log.Len() > 0 {
		t.Errorf("code %d\n%s%s", code, out.String(), log.String())
	}
}

// TestInstallURL writes the entry for a server that others run: with the workspace and
// the region of the environment, and without the project and the key.
func TestInstallURL(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".cursor"), 0o700); err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{
		"HOME": home, "USERPROFILE": home, "LANGSMITH_API_KEY": "lsv2_pt_secret", "LANGSMITH_PROJECT": "shop",
		"LANGSMITH_WORKSPACE_ID": "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11", "LANGSMITH_ENDPOINT": "https://eu.api.smith.langchain.com",
	}
	for _, test := range []struct {
		url  string
		code int
		says string
	}{
		{"https://mcp.example.com", 0, `"url": "https://mcp.example.com/mcp"`},
		{"mcp.example.com", 2, "--url: want an address such as https://mcp.example.com/mcp"},
	} {
		var out, log bytes.Buffer
		code := Run(t.Context(), []string{"install", "--client", "cursor", "--url", test.url}, func(name string) string { return environment[name] }, strings.NewReader(""), &out, &log)
		if code != test.code || !strings.Contains(out.String()+log.String(), test.says) {
			t.Errorf("%s: code %d\n%s%s", test.url, code, out.String(), log.String())
		}
	}
	content, err := os.ReadFile(filepath.Join(home, ".cursor", "mcp.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"X-API-Key": "${env:LANGSMITH_API_KEY}"`, `"X-Tenant-Id": "` + environment["LANGSMITH_WORKSPACE_ID"] + `"`, `"LANGSMITH-ENDPOINT": "` + environment["LANGSMITH_ENDPOINT"] + `"`} {
		if !strings.Contains(string(content), want) {
			t.Errorf("no %s in\n%s", want, content)
		}
	}
	if strings.Contains(string(content), "secret") || strings.Contains(string(content), "shop") {
		t.Errorf("the file has the key or the project:\n%s", content)
	}
}
