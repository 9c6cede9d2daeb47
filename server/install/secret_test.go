package install

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
)

// TestCredentialVariables compares the list of credentials with the variables that the
// server reads, so that a new one is redacted too.
func TestCredentialVariables(t *testing.T) {
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
		t.Errorf("the server reads %q, and install redacts %q", read, known)
	}
	state, ok := config.LookupSetting("state")
	if !ok || state.Variable() != stateVariable {
		t.Errorf("the state's variable is %s, not %s", state.Variable(), stateVariable)
	}
}

// TestHandWrittenSecretsAreRedacted checks secrets in the entry that the user wrote: they
// stay in the file, and are in no diff and no backup.
func TestHandWrittenSecretsAreRedacted(t *testing.T) {
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

// TestKeyInCommentIsRedacted checks an old key in a comment of the entry, which stays
// there, and a key with escapes, which is refused.
func TestKeyInCommentIsRedacted(t *testing.T) {
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

// TestSecrets checks which values are secrets.
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

func TestStatePasswordIsSecret(t *testing.T) {
	const secret = "by_hand_0123"
	for _, where := range []string{
		"redis://:" + secret + "@redis.example:6379/0", "redis://sentinel.example?master_name=m&password=" + secret, "redis://:" + secret + "@redis.example:port",
	} {
		if named := secrets(map[string]any{stateVariable: where}); len(named) != 1 {
			t.Errorf("%s is not a secret", where)
		}
	}
}
