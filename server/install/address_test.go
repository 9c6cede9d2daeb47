package install

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

const address = "https://mcp.example.com/mcp"

// addressOptions returns the options of an install with --url.
func addressOptions(t *testing.T, h Host, client string) Options {
	t.Helper()
	u, err := ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Client: client, URL: u, Host: h,
		Headers: map[string]string{"X-Tenant-Id": "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11", "LANGSMITH-ENDPOINT": ""},
	}
}

// entries holds the entry of each client for a server at an address, without a key and
// with one.
var entries = map[string][2]string{
	"claude-code": {
		`"type": "http","url": "<url>","headers": {"X-API-Key": "${LANGSMITH_API_KEY:-}","X-Tenant-Id": "<tenant>"}`,
		`"type": "http","url": "<url>","headers": {"X-API-Key": "<key>","X-Tenant-Id": "<tenant>"}`,
	},
	"vscode": {
		`"type": "http","url": "<url>","headers": {"X-API-Key": "${input:ls-insights-api-key}","X-Tenant-Id": "<tenant>"}`,
		`"type": "http","url": "<url>","headers": {"X-API-Key": "<key>","X-Tenant-Id": "<tenant>"}`,
	},
	"cursor": {
		`"url": "<url>","headers": {"X-API-Key": "${env:LANGSMITH_API_KEY}","X-Tenant-Id": "<tenant>"}`,
		`"url": "<url>","headers": {"X-API-Key": "<key>","X-Tenant-Id": "<tenant>"}`,
	},
	"windsurf": { // its first file expands no variables, and the server refuses other headers without a key
		`"url": "<url>"`,
		`"url": "<url>","headers": {"X-API-Key": "<key>","X-Tenant-Id": "<tenant>"}`,
	},
	"gemini-cli": {
		`"type": "http","url": "<url>","headers": {"X-API-Key": "$LANGSMITH_API_KEY","X-Tenant-Id": "<tenant>"}`,
		`"type": "http","url": "<url>","headers": {"X-API-Key": "<key>","X-Tenant-Id": "<tenant>"}`,
	},
	"codex-cli": {
		"url = '<url>'\n\n[mcp_servers.ls-insights.env_http_headers]\nX-API-Key = 'LANGSMITH_API_KEY'\n\n[mcp_servers.ls-insights.http_headers]\nX-Tenant-Id = '<tenant>'",
		"url = '<url>'\n\n[mcp_servers.ls-insights.http_headers]\nX-API-Key = '<key>'\nX-Tenant-Id = '<tenant>'",
	},
}

func TestInstallAddress(t *testing.T) {
	for _, c := range catalogue() {
		want, takes := entries[c.Name]
		if takes != (c.address != nil) {
			t.Errorf("%s: an entry for an address is tested: %v, and the catalogue has one: %v", c.Name, takes, c.address != nil)
		}
		for i, key := range []langsmith.Secret{"", testKey} {
			if !takes {
				continue
			}
			h := testHost(t)
			config := writeConfig(t, h, c.Name, nil, 0o644)
			o := addressOptions(t, h, c.Name)
			o.APIKey = key
			ch, err := Install(o)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			body := string(read(t, config))
			compact := strings.NewReplacer("\n        ", "", "\n      ", "", "\n    ", "").Replace(body)
			entry := strings.NewReplacer("<url>", address, "<tenant>", o.Headers["X-Tenant-Id"], "<key>", testKey).Replace(want[i])
			if !strings.Contains(compact, entry) {
				t.Errorf("%s:\n%s\nwant\n%s", c.Name, compact, entry)
			}
			if strings.Contains(ch.Diff, testKey) {
				t.Errorf("%s shows the key:\n%s", c.Name, ch.Diff)
			}
			again, err := Install(o)
			if err != nil || again.Changed {
				t.Errorf("%s, the second time: %v\n%s", c.Name, err, again.Diff)
			}
			if _, err := Uninstall(o); err != nil {
				t.Error(err)
			}
			files, err := filepath.Glob(config + "*")
			if err != nil || len(files) < 2 {
				t.Errorf("files: %q, %v", files, err)
			}
			for _, f := range files {
				if content := read(t, f); bytes.Contains(content, []byte(testKey)) || f == config && bytes.Contains(content, []byte(ServerName)) {
					t.Errorf("%s is left with\n%s", f, content)
				}
			}
		}
	}
}

// TestAddressDoesNotReplaceProgram checks that an entry of the other kind is refused and
// left unchanged.
func TestAddressDoesNotReplaceProgram(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "cursor", nil, 0o600)
	if _, err := Install(options(h, "cursor")); err != nil {
		t.Fatal(err)
	}
	before := read(t, config)
	if _, err := Install(addressOptions(t, h, "cursor")); err == nil || !strings.Contains(err.Error(), "starts a program: uninstall it first, with langsmith-insights-mcp uninstall --client cursor") || strings.Contains(err.Error(), "move the file away") {
		t.Error(err)
	}
	if !bytes.Equal(read(t, config), before) {
		t.Error("the file was changed")
	}
	writeConfig(t, h, "claude-desktop", nil, 0o600)
	if _, err := Install(addressOptions(t, h, "claude-desktop")); err == nil || !strings.Contains(err.Error(), "Connectors") {
		t.Error(err)
	}
}

// TestWrittenKeyReplacesPassedKey checks that Codex sends one key and not two.
func TestWrittenKeyReplacesPassedKey(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "codex-cli", []byte("[mcp_servers.ls-insights]\nurl = 'https://old.example/mcp'\nenv_http_headers = { X-API-Key = 'LANGSMITH_API_KEY', X-Team = 'TEAM' }\n"), 0o600)
	o := addressOptions(t, h, "codex-cli")
	o.APIKey = testKey
	if _, err := Install(o); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, config)); strings.Contains(got, keyVariable) || !strings.Contains(got, "X-Team = 'TEAM'") || !strings.Contains(got, "X-API-Key = '"+testKey+"'") {
		t.Errorf("the file is\n%s", got)
	}
	if again, err := Install(o); err != nil || again.Changed {
		t.Errorf("the second time: %v\n%s", err, again.Diff)
	}
}

// TestHandWrittenHeadersAreRedacted checks a token for the server beside the key: it stays
// in the file, and is in no diff and no backup.
func TestHandWrittenHeadersAreRedacted(t *testing.T) {
	h := testHost(t)
	const secret = "by_hand_0123"
	config := writeConfig(t, h, "cursor", []byte(`{"mcpServers":{"ls-insights":{"url":"https://old.example/mcp","headers":{"Authorization":"Bearer `+secret+`","x-api-key":"`+secret+`2"}}}}`), 0o600)
	ch, err := Install(addressOptions(t, h, "cursor"))
	if err != nil || !ch.Changed || strings.Contains(ch.Diff, secret) || bytes.Contains(read(t, ch.Backup), []byte(secret)) {
		t.Errorf("%v\n%s", err, ch.Diff)
	}
	if got := read(t, config); !bytes.Contains(got, []byte("Bearer "+secret)) || bytes.Contains(got, []byte("${env:")) {
		t.Errorf("the headers of the user are gone:\n%s", got)
	}
}

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		address: address, "https://mcp.example.com": address, "https://mcp.example.com/": address,
		"http://127.0.0.1:8080": "http://127.0.0.1:8080/mcp", "https://h/insights/mcp?a=b": "https://h/insights/mcp?a=b",
		"mcp.example.com": "", "ftp://h/mcp": "", "https://": "", "https://u:p@h/mcp": "", "https://h/mcp#x": "", "http://h:x": "",
	} {
		got := ""
		u, err := ParseURL(text)
		if err == nil {
			got = u.String()
		} else if strings.Contains(err.Error(), "u:p") {
			t.Errorf("the password is shown: %v", err)
		}
		if got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

func TestUnencryptedAddressIsNoted(t *testing.T) {
	for text, want := range map[string]bool{
		"http://mcp.example.com/mcp": true, address: false, "http://localhost:8080/mcp": false, "http://[::1]:8080/mcp": false, "http://10.0.0.1/mcp": true,
	} {
		h := testHost(t)
		writeConfig(t, h, "cursor", nil, 0o600)
		o := addressOptions(t, h, "cursor")
		o.URL, _ = url.Parse(text)
		ch, err := Install(o)
		if err != nil || strings.Contains(strings.Join(ch.Notes, " "), "not encrypted") != want {
			t.Errorf("%s: %v, %q", text, err, ch.Notes)
		}
	}
}

// TestDryRunWithoutClient shows the change on a machine without the client, and writes
// nothing.
func TestDryRunWithoutClient(t *testing.T) {
	for _, c := range Clients() {
		h := testHost(t)
		o := options(h, c.Name)
		o.DryRun = true
		ch, err := Install(o)
		if err != nil || !ch.Changed || !strings.Contains(ch.Missing, "does not seem to be installed here") || !strings.Contains(ch.Diff, ServerName) {
			t.Errorf("%s: %+v, %v", c.Name, ch, err)
		}
		if written, _ := os.ReadDir(h.Home); len(written) > 0 {
			t.Errorf("%s: wrote %v", c.Name, written)
		}
	}
}
