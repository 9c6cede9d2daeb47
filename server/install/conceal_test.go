package install

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
)

// TestEveryVariableWithACredentialIsKnown holds the list of credentials against
// the variables that the server reads: one more name for a key shall not be
// shown in a diff.
func TestEveryVariableWithACredentialIsKnown(t *testing.T) {
	var read []string
	for _, variable := range config.Variables() {
		for _, name := range variable.Names {
			if strings.HasSuffix(name, "_KEY") || strings.HasSuffix(name, "_TOKEN") {
				read = append(read, name)
			}
		}
	}
	known := slices.Clone(credentials)
	slices.Sort(read)
	slices.Sort(known)
	if !slices.Equal(read, known) {
		t.Errorf("the server reads %q, of which install knows %q", read, known)
	}
	state, ok := config.LookupSetting("state")
	if !ok || state.Variable() != stateVariable {
		t.Errorf("the state is in %s, not in %s", state.Variable(), stateVariable)
	}
}

// TestSecretsWrittenByHandAreNotShown has secrets in the entry that install did
// not put there: they stay in the file, and get into neither a diff nor a backup.
func TestSecretsWrittenByHandAreNotShown(t *testing.T) {
	const secret = "by_hand_0123"
	values := map[string]string{stateVariable: "redis://user:" + secret + "@redis.example:6379/0"}
	for _, name := range credentials {
		values[name] = secret
	}
	for client, shape := range map[string]string{
		"cursor":    "{\n  \"mcpServers\": {\n    \"langsmith-insights\": {\n      \"command\": \"/old\",\n      \"env\": { \"NAME\": \"VALUE\" }\n    }\n  }\n}\n",
		"codex-cli": "[mcp_servers.langsmith-insights]\ncommand = \"/old\"\nenv = { NAME = \"VALUE\" }\n",
	} {
		for name, value := range values {
			t.Run(client+"/"+name, func(t *testing.T) {
				h := computer(t)
				file := place(t, h, client, []byte(strings.NewReplacer("NAME", name, "VALUE", value).Replace(shape)), 0o600)
				changed, err := Install(options(h, client))
				if err != nil || !bytes.Contains(read(t, file), []byte(value)) {
					t.Fatalf("the value is gone: %v\n%s", err, read(t, file))
				}
				gone, err := Uninstall(options(h, client))
				if err != nil {
					t.Fatal(err)
				}
				if diff := changed.Diff + gone.Diff; strings.Contains(diff, secret) || !strings.Contains(diff, name) {
					t.Errorf("shown:\n%s", diff)
				}
				backups, err := filepath.Glob(file + backupMark + "*")
				if err != nil || len(backups) == 0 {
					t.Fatalf("backups: %q, %v", backups, err)
				}
				for _, backup := range backups {
					if bytes.Contains(read(t, backup), []byte(secret)) {
						t.Errorf("kept in a backup:\n%s", read(t, backup))
					}
				}
			})
		}
	}
}

func TestWithoutPassword(t *testing.T) {
	for where, want := range map[string]string{
		"memory":                      "memory",
		"/var/lib/a@b:c":              "/var/lib/a@b:c",
		`C:\state`:                    `C:\state`,
		"redis://localhost:6379/0":    "redis://localhost:6379/0",
		"redis://:pw@localhost:6379":  "redis://:xxxxx@localhost:6379",
		"rediss://user:pw@host:6379/": "rediss://user:xxxxx@host:6379/",
		" redis://:pw@localhost":      redacted,
		"redis://:p%w@localhost":      redacted,
	} {
		if got := withoutPassword(where); got != want {
			t.Errorf("%q: got %q, want %q", where, got, want)
		}
	}
}
