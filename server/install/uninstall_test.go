package install

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestUninstallAfterChanges uninstalls from a file that has changed since: no backup
// overwrites the change.
func TestUninstallAfterChanges(t *testing.T) {
	for client, text := range map[string][2]string{
		"cursor":    {twoServers, "neighbours-secret"},
		"codex-cli": {"model = \"neighbours-secret\"\n", "neighbours-secret"},
	} {
		h := testHost(t)
		config := writeConfig(t, h, client, []byte(text[0]), 0o644)
		if _, err := Install(options(h, client)); err != nil {
			t.Fatal(err)
		}
		changed := bytes.Replace(read(t, config), []byte(text[1]), []byte("newer-secret"), 1)
		if err := os.WriteFile(config, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		ch, err := Uninstall(options(h, client))
		if err != nil || !ch.Changed || ch.Next == "" {
			t.Fatalf("the installation: %+v, %v", ch, err)
		}
		want := strings.Replace(text[0], text[1], "newer-secret", 1)
		if got := string(read(t, config)); got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", client, got, want)
		}
		if strings.Contains(ch.Diff, "newer-secret") {
			t.Errorf("%s: the diff shows another entry:\n%s", client, ch.Diff)
		}
	}
}

// TestSharedPrompt checks that the prompt stays while another entry refers to it.
func TestSharedPrompt(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "vscode", []byte(`{ "servers": { "mine": { "command": "mine", "env": { "KEY": "" } } } }`), 0o644)
	if _, err := Install(options(h, "vscode")); err != nil {
		t.Fatal(err)
	}
	shared := bytes.Replace(read(t, config), []byte(`"KEY": ""`), []byte(`"KEY": "${input:ls-insights-api-key}"`), 1)
	if err := os.WriteFile(config, shared, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Uninstall(options(h, "vscode")); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, config)); !strings.Contains(got, `"id": "ls-insights-api-key"`) {
		t.Errorf("the prompt is gone:\n%s", got)
	}
}

// TestUninstall removes entries that users wrote, and refuses those that it cannot remove.
func TestUninstall(t *testing.T) {
	tests := []struct{ name, client, before, after, err string }{
		{
			name: "inline in its table", client: "codex-cli",
			before: "[mcp_servers]\nls-insights = { command = \"/x\" }\ndocs = { url = \"u\" }\n",
			after:  "[mcp_servers]\ndocs = { url = \"u\" }\n",
		},
		{
			name: "dotted", client: "codex-cli",
			before: "mcp_servers.ls-insights.command = \"/x\"\nmodel = \"m\"\nmcp_servers.ls-insights.args = []\n",
			after:  "model = \"m\"\n",
		},
		{
			name: "first table", client: "codex-cli",
			before: "[mcp_servers.ls-insights]\ncommand = \"/x\"\n# about docs\n[mcp_servers.docs]\nurl = \"u\"",
			after:  "# about docs\n[mcp_servers.docs]\nurl = \"u\"",
		},
		{
			name: "inside an inline table", client: "codex-cli",
			before: "model = \"m\"\nmcp_servers = { ls-insights = { command = \"/x\" } }\n",
			err:    "inline table",
		},
		{name: "not TOML", client: "codex-cli", before: "model = \n", err: "line 1"},
		{name: "not JSON", client: "cursor", before: "{\n  mcpServers: {}\n}", err: "line 2"},
		{name: "not an object", client: "cursor", before: "{\n\n  \"mcpServers\": 7 }", err: "line 3"},
		{name: "no entry", client: "cursor", before: twoServers, after: twoServers},
		{name: "no servers", client: "cursor", before: "{ }", after: "{ }"},
		{name: "nothing", client: "cursor", before: "", after: ""},
		{
			name: "first, with comments", client: "cursor",
			before: "{ \"mcpServers\": {\n  // ours\n  \"ls-insights\": {}, // so far\n  \"b\": {}\n} }",
			after:  "{ \"mcpServers\": {\n  // ours\n // so far\n  \"b\": {}\n} }",
		},
		{
			name: "before the next one's comment", client: "cursor",
			before: "{ \"mcpServers\": {\n  \"ls-insights\": {},\n  // Of the team:\n\n  \"b\": {}\n} }",
			after:  "{ \"mcpServers\": {\n  // Of the team:\n\n  \"b\": {}\n} }",
		},
		{
			name: "last, after a comma", client: "cursor",
			before: "{ \"mcpServers\": {\n  \"b\": {} /* b */, \"ls-insights\": { \"url\": \"u\" }\n} }",
			after:  "{ \"mcpServers\": {\n  \"b\": {} /* b */\n} }",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := testHost(t)
			config := writeConfig(t, h, tt.client, []byte(tt.before), 0o600)
			ch, err := Uninstall(options(h, tt.client))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q in it", err, tt.err)
				}
				tt.after = tt.before
			} else if err != nil || ch.Changed != (tt.before != tt.after) {
				t.Errorf("the removal: %+v, %v", ch, err)
			}
			if got := string(read(t, config)); got != tt.after {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.after)
			}
		})
	}
}
