package install

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const twoServers = `{
  "mcpServers": {
    "other": { "command": "other", "env": { "TOKEN": "neighbours-secret" } }
  }
}
`

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestModeStaysWithoutKey(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "cursor", []byte(twoServers), 0o640)
	before := mode(t, config)
	if _, err := Install(options(h, "cursor")); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, config); got != before {
		t.Errorf("mode %v, was %v", got, before)
	}
}

func TestMissingFile(t *testing.T) {
	h := testHost(t)
	if err := os.MkdirAll(h.home(".cursor"), 0o700); err != nil {
		t.Fatal(err)
	}
	ch, err := Install(options(h, "cursor"))
	if err != nil || !ch.Changed || ch.Backup != "" || !strings.Contains(ch.Diff, "--- /dev/null") {
		t.Fatalf("the change of a new file: %+v, %v", ch, err)
	}
	if runtime.GOOS != "windows" && mode(t, ch.File) != 0o600 {
		t.Errorf("mode %v", mode(t, ch.File))
	}
	if _, err := Uninstall(options(h, "cursor")); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, ch.File)); got != "{\n  \"mcpServers\": {}\n}\n" {
		t.Errorf("left behind:\n%s", got)
	}
	if again, err := Uninstall(options(h, "cursor")); err != nil || again.Changed {
		t.Errorf("uninstalled again: %+v, %v", again, err)
	}
}

// snapshot returns the mode and content of every file below dir.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && !e.IsDir() {
			all[path] = info.Mode().String() + string(read(t, path))
		} else {
			all[path] = info.Mode().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDryRun(t *testing.T) {
	for _, c := range Clients() {
		h := testHost(t)
		h.LookPath = func(name string) (string, error) { return name, nil }
		o := options(h, c.Name)
		o.DryRun, o.APIKey = true, testKey
		if c.Name != "codex-cli" { // which has no file, and no folder for it
			writeConfig(t, h, c.Name, []byte("{}"), 0o644)
		}
		before := snapshot(t, h.Home)
		ch, err := Install(o)
		if err != nil || !ch.Changed || ch.Diff == "" || ch.Backup != "" || strings.Contains(ch.Diff, testKey) {
			t.Errorf("%s: %+v, %v", c.Name, ch, err)
		}
		if !maps.Equal(snapshot(t, h.Home), before) {
			t.Errorf("%s: something was written", c.Name)
		}

		o.DryRun = false
		if _, err := Install(o); err != nil {
			t.Fatal(err)
		}
		before = snapshot(t, h.Home)
		o.DryRun = true
		ch, err = Uninstall(o)
		if err != nil || !ch.Changed || ch.Diff == "" || strings.Contains(ch.Diff, testKey) {
			t.Errorf("%s: %+v, %v", c.Name, ch, err)
		}
		if !maps.Equal(snapshot(t, h.Home), before) {
			t.Errorf("%s: uninstall wrote something", c.Name)
		}
	}
}

// TestSymbolicLink installs into a file that is a link to a file in another folder.
func TestSymbolicLink(t *testing.T) {
	h := testHost(t)
	kept := filepath.Join(t.TempDir(), "cursor-mcp.json")
	if err := os.WriteFile(kept, []byte(twoServers), 0o644); err != nil {
		t.Fatal(err)
	}
	config := h.home(".cursor", "mcp.json")
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(kept, config); err != nil {
		t.Skipf("no links here: %v", err)
	}
	ch, err := Install(options(h, "cursor"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(config); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if !strings.Contains(string(read(t, kept)), ServerName) {
		t.Error("the file behind the link was not changed")
	}
	if filepath.Dir(ch.Backup) != filepath.Dir(config) {
		t.Errorf("the backup is in %s", ch.Backup)
	}
	if entries, _ := os.ReadDir(filepath.Dir(kept)); len(entries) != 1 {
		t.Errorf("beside the file behind the link: %v", entries)
	}

	if err := os.Remove(kept); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(options(h, "cursor")); err == nil || !strings.Contains(err.Error(), "link") {
		t.Errorf("a link to nothing: %v", err)
	}
}

// TestBackups installs, uninstalls and installs again: an equal copy is not made twice, and
// different copies of the same second do not overwrite each other.
func TestBackups(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "cursor", []byte(twoServers), 0o644)
	first, err := Install(options(h, "cursor"))
	if err != nil {
		t.Fatal(err)
	}
	if want := config + ".bak-20261120T093000Z"; first.Backup != want {
		t.Errorf("got %s, want %s", first.Backup, want)
	}
	second, err := Uninstall(options(h, "cursor"))
	if err != nil || second.Backup != first.Backup+"-2" {
		t.Errorf("the second backup: %+v, %v", second, err)
	}
	h.Now = func() time.Time { return time.Date(2026, 12, 24, 9, 30, 0, 0, time.UTC) }
	third, err := Install(options(h, "cursor"))
	if err != nil || third.Backup != first.Backup {
		t.Errorf("the third backup: %+v, %v", third, err)
	}
	if got := backups(t, config); len(got) != 2 {
		t.Errorf("backups: %q", got)
	}
}

// TestReference checks that an entry refers to a variable only where the client is known to
// expand it.
func TestReference(t *testing.T) {
	h := testHost(t)
	for dir, want := range map[string]bool{h.home(".codeium", "windsurf"): true, h.home(".config", "devin"): false} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		o := options(h, "windsurf")
		o.File = filepath.Join(dir, "mcp_config.json")
		if _, err := Install(o); err != nil {
			t.Fatal(err)
		}
		if got := string(read(t, o.File)); strings.Contains(got, "${env:LANGSMITH_API_KEY}") != want {
			t.Errorf("%s:\n%s", o.File, got)
		}
	}
}

// TestWriteProtected checks that a write-protected file is not changed.
func TestWriteProtected(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "cursor", []byte(twoServers), 0o444)
	before := snapshot(t, h.Home)
	for _, change := range []func(Options) (Change, error){Install, Uninstall} {
		ch, err := change(options(h, "cursor"))
		if ch.Changed || err != nil && !strings.Contains(err.Error(), config+" is write-protected") {
			t.Errorf("a write-protected file: %+v, %v", ch, err)
		}
	}
	if !maps.Equal(snapshot(t, h.Home), before) {
		t.Error("something was written")
	}
}

// TestRefusedOptions checks options that must not be written.
func TestRefusedOptions(t *testing.T) {
	tests := []struct {
		name, client string
		change       func(*Options)
		want         string
	}{
		{"relative command", "cursor", func(o *Options) { o.Command = "langsmith-insights-mcp" }, "not an absolute path"},
		{"no command", "cursor", func(o *Options) { o.Command = "" }, "not an absolute path"},
		{"go run", "cursor", func(o *Options) { o.Command = "/tmp/go-build123/b001/exe/langsmith-insights-mcp" }, "go run"},
		{"key as variable", "cursor", func(o *Options) { o.Env = map[string]string{"LANGSMITH_API_KEY": testKey} }, "is a credential"},
		{"expanded value", "cursor", func(o *Options) { o.Env["LANGSMITH_PROJECT"] = "${env:X}" }, "replaces"},
		{"expanded key", "gemini-cli", func(o *Options) { o.APIKey = "$" + testKey }, "replaces"},
		{"expanded argument", "claude-code", func(o *Options) { o.Args = []string{"${HOME}"} }, "replaces"},
		{"folder", "cursor", func(o *Options) { o.File = filepath.Join(o.Host.Home, "nowhere", "mcp.json") }, "there is no folder"},
		{"not a file", "cursor", func(o *Options) { o.File = o.Host.Home }, "is not a file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := testHost(t)
			writeConfig(t, h, tt.client, []byte(twoServers), 0o644)
			before := snapshot(t, h.Home)
			o := options(h, tt.client)
			tt.change(&o)
			_, err := Install(o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), testKey) {
				t.Errorf("the key is in the error: %v", err)
			}
			if !maps.Equal(snapshot(t, h.Home), before) {
				t.Error("something was written")
			}
		})
	}
}

// TestFile edits a project's file instead of the user's.
func TestFile(t *testing.T) {
	h := testHost(t)
	o := options(h, "vscode")
	o.File = filepath.Join(t.TempDir(), "mcp.json")
	ch, err := Install(o)
	if err != nil || ch.File != o.File {
		t.Fatalf("the change: %+v, %v", ch, err)
	}
	if got := string(read(t, o.File)); !strings.Contains(got, `"${input:ls-insights-api-key}"`) {
		t.Errorf("the file is\n%s", got)
	}
}

// TestConcurrentChange has the client write its file between reading and writing.
func TestConcurrentChange(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "claude-code", []byte(twoServers), 0o644)
	now := h.Now
	h.Now = func() time.Time { // called for the backup, between reading and writing
		if err := os.WriteFile(config, []byte(`{"numStartups": 2}`), 0o644); err != nil {
			t.Fatal(err)
		}
		return now()
	}
	_, err := Install(options(h, "claude-code"))
	if err == nil || !strings.Contains(err.Error(), "changed by another program") {
		t.Errorf("got %v", err)
	}
	if got := string(read(t, config)); got != `{"numStartups": 2}` {
		t.Errorf("overwritten:\n%s", got)
	}
}

// TestNotes checks the notes about the key and the file.
func TestNotes(t *testing.T) {
	h := testHost(t)
	writeConfig(t, h, "claude-desktop", []byte("{ /* hm */ }"), 0o644)
	ch, err := Install(options(h, "claude-desktop"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(ch.Notes, "\n"); !strings.Contains(got, "--with-key") || !strings.Contains(got, "comments") {
		t.Errorf("got %q", got)
	}
	o := options(h, "claude-desktop")
	o.Env["LANGSMITH_API_KEY_FILE"] = "/home/you/key"
	if ch, err = Install(o); err != nil || strings.Contains(strings.Join(ch.Notes, "\n"), "--with-key") {
		t.Errorf("with a key file: %q, %v", ch.Notes, err)
	}
}

// TestThisHost checks that the home comes from getenv.
func TestThisHost(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".cursor"), 0o700); err != nil {
		t.Fatal(err)
	}
	host, err := ThisHost(func(name string) string {
		return map[string]string{"HOME": home, "USERPROFILE": home}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	ch, err := Install(Options{Client: "cursor", Command: filepath.Join(home, "langsmith-insights-mcp"), Host: host})
	if err != nil || ch.File != filepath.Join(home, ".cursor", "mcp.json") {
		t.Errorf("the change: %+v, %v", ch, err)
	}
}

// TestFailedWrite checks that a failed write leaves no temporary file behind.
func TestFailedWrite(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(taken, []byte("x"), 0o600); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestClients(t *testing.T) {
	want := []string{"claude-desktop", "claude-code", "vscode", "cursor", "windsurf", "gemini-cli", "codex-cli"}
	var got []string
	for _, c := range Clients() {
		got = append(got, c.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
