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
		"cursor":    "{\n  \"mcpServers\": {\n    \"ls-insights\": {\n      \"command\": \"/old\",\n      \"env\": { \"NAME\": \"VALUE\" }\n    }\n  }\n}\n",
		"codex-cli": "[mcp_servers.ls-insights]\ncommand = \"/old\"\nenv = { NAME = \"VALUE\" }\n",
	} {
		for name, value := range values {
			t.Run(client+"/"+name, func(t *testing.T) {
				h := testHost(t)
				file := writeConfig(t, h, client, []byte(strings.NewReplacer("NAME", name, "VALUE", value).Replace(shape)), 0o600)
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

// TestKeyInACommentIsNotShown has a former key in a comment of the entry, which
// stays there, and one with escapes, which is refused.
func TestKeyInACommentIsNotShown(t *testing.T) {
	h := testHost(t)
	const entry = "{ \"mcpServers\": { \"ls-insights\": {\n  // \"LANGSMITH_API_KEY\": \"lsv2_pt_former\"\n  \"command\": \"/old\"\n} } }"
	file := writeConfig(t, h, "cursor", []byte(entry), 0o600)
	ch, err := Install(options(h, "cursor"))
	if err != nil || strings.Contains(ch.Diff, "lsv2_pt_former") || !strings.Contains(string(read(t, file)), "lsv2_pt_former") {
		t.Errorf("%v, shown:\n%s", err, ch.Diff)
	}
	escaped := strings.Replace(entry, `"command"`, `"env": { "LANGSMITH_API_KEY": "\u006csv2_pt_escaped" }, "command"`, 1)
	file = writeConfig(t, h, "cursor", []byte(escaped), 0o600)
	ch, err = Install(options(h, "cursor"))
	if err == nil || ch.Diff != "" || string(read(t, file)) != escaped {
		t.Errorf("%v, shown:\n%s", err, ch.Diff)
	}
}

// TestSecrets has the values that are not shown.
func TestSecrets(t *testing.T) {
	for value, want := range map[string]bool{
		"memory":                      false,
		"/var/lib/a@b:c":              false,
		`C:\state`:                    false,
		"redis://localhost:6379/0":    false,
		"redis://:pw@localhost:6379":  true,
		"rediss://user:pw@host:6379/": true,
		" redis://:pw@localhost":      true,
		"redis://:p%w@localhost":      true,
	} {
		if got := len(secrets(map[string]any{stateVariable: value})) == 1; got != want {
			t.Errorf("%s: %v", value, got)
		}
	}
	for value, want := range map[string]bool{"lsv2_pt_x": true, "": false, "${env:LANGSMITH_API_KEY}": false} {
		if got := len(secrets(map[string]any{keyVariable: value, "OTHER": value})) == 1; got != want {
			t.Errorf("%s: %v", value, got)
		}
	}
}

func TestPasswordsOfAStateAreNotShown(t *testing.T) {
	const secret = "by_hand_0123"
	for _, where := range []string{
		"redis://:" + secret + "@redis.example:6379/0", "redis://sentinel.example?master_name=m&password=" + secret, "redis://:" + secret + "@redis.example:port",
	} {
		if named := secrets(map[string]any{stateVariable: where}); len(named) != 1 {
			t.Errorf("%s is shown", where)
		}
	}
}
