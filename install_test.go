package main_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// install --with-key writes the environment's key into the client's file, which only its
// owner can read, and nowhere else.
func TestInstallWithKey(t *testing.T) {
	home := t.TempDir()
	config := filepath.Join(home, ".cursor", "mcp.json")
	if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(`{"mcpServers":{}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args    []string
		written bool
		says    string
	}{
		{[]string{"--with-key", "--dry-run"}, false, "would change"},
		{[]string{"--with-key"}, true, "The key is stored in " + config},
		{nil, true, "is already up to date"}, // the key in the file stays
	} {
		got := run(t, "", []string{"HOME=" + home, "USERPROFILE=" + home, "LANGSMITH_API_KEY=" + key},
			append([]string{"install", "--client", "cursor"}, test.args...)...)
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, test.says) {
			t.Errorf("%q: code %d, stderr %q\n%s", test.args, got.code, got.stderr, got.stdout)
		}
		if strings.Contains(got.stdout, key) {
			t.Errorf("%q shows the key:\n%s", test.args, got.stdout)
		}
		content, err := os.ReadFile(config)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), `"LANGSMITH_API_KEY": "`+key+`"`) != test.written {
			t.Errorf("%q leaves\n%s", test.args, content)
		}
		info, err := os.Stat(config)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); test.written && runtime.GOOS != "windows" && mode != 0o600 {
			t.Errorf("%q leaves mode %v", test.args, mode)
		}
	}
	backups, err := filepath.Glob(config + ".bak-*")
	if err != nil || len(backups) != 1 {
		t.Fatalf("backups: %q, %v; want one", backups, err)
	}
	if content, err := os.ReadFile(backups[0]); err != nil || strings.Contains(string(content), key) {
		t.Errorf("%v; the backup has %s", err, content)
	}
}

// install --sandbox writes an entry that works without an account, whatever the environment
// says of LangSmith; a key or an address beside it is refused. install then turns it into
// one for the user's own traces, and install --sandbox leaves that one alone and names the
// command that removes it, which works.
func TestInstallSandbox(t *testing.T) {
	home := t.TempDir()
	config := filepath.Join(home, ".cursor", "mcp.json")
	if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	const refused = "--sandbox needs neither a key nor an address: omit --with-key and --url\n"
	const sandboxed, own, none = `"--sandbox"`, "${env:LANGSMITH_API_KEY}", ""
	install := "install --client cursor"
	for _, test := range []struct {
		command string
		code    int
		says    string
		holds   string // what the client's file has afterwards
	}{
		{install + " --sandbox --with-key", 2, refused, none},
		{install + " --sandbox --url https://mcp.example.com/mcp", 2, refused, none},
		{install + " --sandbox --dry-run", 0, " would change:", none},
		{install + " --sandbox", 0, "without an account", sandboxed},
		{install + " --sandbox", 0, "is already up to date", sandboxed},
		{install, 0, "Set LANGSMITH_API_KEY where Cursor sees it", own},
		{install + " --sandbox", 1, "uninstall it first, with langsmith-insights-mcp uninstall --client cursor\n", own},
		{"uninstall --client cursor", 0, "Changed", none},
	} {
		env := []string{"HOME=" + home, "USERPROFILE=" + home, "LANGSMITH_API_KEY=" + key}
		if strings.Contains(test.command, "--sandbox") {
			env = append(env, "LANGSMITH_ENDPOINT=no address")
		}
		got := run(t, "", env, strings.Fields(test.command)...)
		if got.code != test.code || !strings.Contains(got.stdout+got.stderr, test.says) {
			t.Errorf("%s: code %d\n%s%s", test.command, got.code, got.stdout, got.stderr)
		}
		content, err := os.ReadFile(config)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, text := range []string{sandboxed, own} {
			if strings.Contains(string(content), text) != (test.holds == text) {
				t.Errorf("%s leaves\n%s", test.command, content)
			}
		}
	}
}

// A file without the entry is not said to be up to date.
func TestUninstallOfNothing(t *testing.T) {
	config := filepath.Join(t.TempDir(), "mcp.json")
	if err := os.WriteFile(config, []byte(`{"mcpServers":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(t, "", nil, "uninstall", "--client", "cursor", "--file", config); got.code != 0 || got.stdout != config+" has no entry ls-insights.\n" {
		t.Errorf("code %d, %q%s", got.code, got.stdout, got.stderr)
	}
}

// For a client that is not installed, install --dry-run shows the change and exits with 0.
func TestDryRunWithoutClient(t *testing.T) {
	home := t.TempDir()
	got := run(t, "", []string{"HOME=" + home, "USERPROFILE=" + home}, "install", "--client", "cursor", "--dry-run")
	for _, want := range []string{"Cursor does not seem to be installed here: there is no " + home, filepath.Join(home, ".cursor", "mcp.json") + " would change", `+    "ls-insights": {`} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s", want, got.stdout)
		}
	}
	if made, err := os.ReadDir(home); got.code != 0 || got.stderr != "" || err != nil || len(made) > 0 {
		t.Errorf("code %d, %s, made %v", got.code, got.stderr, made)
	}
}
