package install

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPaths checks each client's file on each system. Paths are written with slashes below
// the home ~.
func TestPaths(t *testing.T) {
	windows := map[string]string{"APPDATA": "~/AppData/Roaming", "LOCALAPPDATA": "~/AppData/Local"}
	tests := []struct {
		client, goos string
		env          map[string]string
		exist        []string // folders (with a slash at the end), files, and commands (bin:NAME)
		want         string
	}{
		{client: "claude-desktop", goos: "linux", exist: []string{"~/.config/Claude/"}, want: "~/.config/Claude/claude_desktop_config.json"},
		{client: "claude-desktop", goos: "linux", env: map[string]string{"XDG_CONFIG_HOME": "~/cfg"}, exist: []string{"~/cfg/Claude/"}, want: "~/cfg/Claude/claude_desktop_config.json"},
		{client: "claude-desktop", goos: "darwin", exist: []string{"~/Library/Application Support/Claude/"}, want: "~/Library/Application Support/Claude/claude_desktop_config.json"},
		{client: "claude-desktop", goos: "windows", env: windows, exist: []string{"~/AppData/Roaming/Claude/"}, want: "~/AppData/Roaming/Claude/claude_desktop_config.json"},
		{client: "claude-desktop", goos: "windows", exist: []string{"~/AppData/Roaming/Claude/"}, want: "~/AppData/Roaming/Claude/claude_desktop_config.json"},
		{
			client: "claude-desktop", goos: "windows", env: windows,
			exist: []string{"~/AppData/Roaming/Claude/claude_desktop_config.json", "~/AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/"},
			want:  "~/AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json",
		},
		{
			client: "claude-desktop", goos: "windows", env: windows,
			exist: []string{
				"~/AppData/Local/Packages/Claude_aaa/LocalCache/Roaming/Claude/",
				"~/AppData/Local/Packages/Claude_bbb/LocalCache/Roaming/Claude/claude_desktop_config.json",
				"~/AppData/Local/Packages/Other_ccc/LocalCache/Roaming/Claude/",
			},
			want: "~/AppData/Local/Packages/Claude_bbb/LocalCache/Roaming/Claude/claude_desktop_config.json",
		},
		{
			client: "claude-desktop", goos: "windows", env: windows,
			exist: []string{"~/AppData/Local/Claude-Data/claude_1/", "~/AppData/Local/Packages/Claude_aaa/LocalCache/Roaming/Claude/"},
			want:  "~/AppData/Local/Claude-Data/claude_1/claude_desktop_config.json",
		},
		{ // a package that has never run keeps nothing yet
			client: "claude-desktop", goos: "windows", env: windows,
			exist: []string{"~/AppData/Local/Packages/Claude_aaa/", "~/AppData/Roaming/Claude/"},
			want:  "~/AppData/Roaming/Claude/claude_desktop_config.json",
		},

		{client: "claude-code", goos: "linux", exist: []string{"~/.claude/"}, want: "~/.claude.json"},
		{client: "claude-code", goos: "darwin", exist: []string{"~/.claude.json"}, want: "~/.claude.json"},
		{client: "claude-code", goos: "windows", env: windows, exist: []string{"~/.claude/"}, want: "~/.claude.json"},
		{client: "claude-code", goos: "linux", env: map[string]string{"CLAUDE_CONFIG_DIR": "~/config"}, exist: []string{"~/.claude/", "~/config/"}, want: "~/config/.claude.json"},

		{client: "vscode", goos: "linux", exist: []string{"~/.config/Code/User/"}, want: "~/.config/Code/User/mcp.json"},
		{client: "vscode", goos: "linux", exist: []string{"~/.config/Code - Insiders/User/"}, want: "~/.config/Code - Insiders/User/mcp.json"},
		{client: "vscode", goos: "darwin", exist: []string{"~/Library/Application Support/Code/User/"}, want: "~/Library/Application Support/Code/User/mcp.json"},
		{client: "vscode", goos: "windows", env: windows, exist: []string{"~/AppData/Roaming/Code/User/"}, want: "~/AppData/Roaming/Code/User/mcp.json"},

		{client: "cursor", goos: "linux", exist: []string{"~/.cursor/"}, want: "~/.cursor/mcp.json"},
		{client: "cursor", goos: "darwin", exist: []string{"~/.cursor/"}, want: "~/.cursor/mcp.json"},
		{client: "cursor", goos: "windows", env: windows, exist: []string{"~/.cursor/"}, want: "~/.cursor/mcp.json"},

		{client: "windsurf", goos: "linux", exist: []string{"~/.codeium/windsurf/"}, want: "~/.codeium/windsurf/mcp_config.json"},
		{client: "windsurf", goos: "darwin", exist: []string{"~/.codeium/windsurf/"}, want: "~/.codeium/windsurf/mcp_config.json"},
		{client: "windsurf", goos: "windows", env: windows, exist: []string{"~/.codeium/windsurf/"}, want: "~/.codeium/windsurf/mcp_config.json"},

		{client: "windsurf", goos: "linux", exist: []string{"~/.codeium/windsurf/mcp_config.json", "~/.config/devin/"}, want: "~/.config/devin/mcp_config.json"},
		{client: "windsurf", goos: "linux", env: map[string]string{"XDG_CONFIG_HOME": "~/cfg"}, exist: []string{"~/.config/devin/"}, want: "~/.config/devin/mcp_config.json"},
		{client: "windsurf", goos: "darwin", exist: []string{"~/.config/devin/mcp_config.json"}, want: "~/.config/devin/mcp_config.json"},
		{client: "windsurf", goos: "windows", env: windows, exist: []string{"~/AppData/Roaming/devin/"}, want: "~/AppData/Roaming/devin/mcp_config.json"},

		{client: "gemini-cli", goos: "linux", exist: []string{"~/.gemini/"}, want: "~/.gemini/settings.json"},
		{client: "gemini-cli", goos: "darwin", exist: []string{"~/.gemini/"}, want: "~/.gemini/settings.json"},
		{client: "gemini-cli", goos: "windows", env: windows, exist: []string{"~/.gemini/"}, want: "~/.gemini/settings.json"},
		{client: "gemini-cli", goos: "linux", env: map[string]string{"GEMINI_CLI_HOME": "~/g"}, exist: []string{"~/g/.gemini/"}, want: "~/g/.gemini/settings.json"},

		{client: "codex-cli", goos: "linux", exist: []string{"~/.codex/"}, want: "~/.codex/config.toml"},
		{client: "codex-cli", goos: "darwin", exist: []string{"~/.codex/"}, want: "~/.codex/config.toml"},
		{client: "codex-cli", goos: "windows", env: windows, exist: []string{"~/.codex/"}, want: "~/.codex/config.toml"},
		{client: "codex-cli", goos: "linux", env: map[string]string{"CODEX_HOME": "~/cx"}, exist: []string{"~/cx/"}, want: "~/cx/config.toml"},

		// A command-line client may be installed without having written a file yet.
		{client: "claude-code", goos: "linux", exist: []string{"bin:claude"}, want: "~/.claude.json"},
		{client: "gemini-cli", goos: "linux", exist: []string{"bin:gemini"}, want: "~/.gemini/settings.json"},
		{client: "codex-cli", goos: "linux", exist: []string{"bin:codex"}, want: "~/.codex/config.toml"},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.client+"/"+tt.goos, func(t *testing.T) {
			seen[tt.client+tt.goos] = true
			h := testHost(t)
			local := func(path string) string { return filepath.FromSlash(strings.Replace(path, "~", h.Home, 1)) }
			h.GOOS = tt.goos
			h.Getenv = func(name string) string { return local(tt.env[name]) }
			for _, path := range tt.exist {
				if command, ok := strings.CutPrefix(path, "bin:"); ok {
					h.LookPath = func(name string) (string, error) {
						if name != command {
							return "", fs.ErrNotExist
						}
						return "/usr/bin/" + name, nil
					}
					continue
				}
				dir, file := filepath.Split(local(path))
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				if file != "" {
					if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			o := options(h, tt.client)
			if tt.goos == "windows" {
				o.Command = `C:\Program Files\langsmith-insights-mcp.exe`
			}
			ch, err := Install(o)
			if err != nil {
				t.Fatal(err)
			}
			if ch.File != local(tt.want) {
				t.Errorf("got %s\nwant %s", ch.File, local(tt.want))
			}
			if !exists(local(tt.want)) {
				t.Error("the file was not written")
			}
		})
	}
	for _, c := range Clients() {
		for _, goos := range []string{"linux", "darwin", "windows"} {
			if !seen[c.Name+goos] {
				t.Errorf("no path of %s on %s is tested", c.Name, goos)
			}
		}
	}
}

// TestMissingClient compares the messages for clients that are not installed.
func TestMissingClient(t *testing.T) {
	var got strings.Builder
	for _, c := range append(Clients(), Client{Name: "emacs"}) {
		h := testHost(t)
		_, err := Install(options(h, c.Name))
		if !errors.Is(err, errClientNotFound) && !errors.Is(err, ErrUnknownClient) {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		got.WriteString(strings.ReplaceAll(err.Error(), h.Home, "~") + "\n")
		if entries, _ := os.ReadDir(h.Home); len(entries) > 0 {
			t.Errorf("%s: wrote %v", c.Name, entries)
		}
		if c.Title == "" {
			continue
		}
		ch, err := Uninstall(options(h, c.Name))
		if err != nil || ch.Changed || len(ch.Notes) == 0 {
			t.Errorf("uninstall without %s: %+v, %v", c.Name, ch, err)
		}
	}
	golden(t, filepath.Join("testdata", "missing-client.golden.txt"), []byte(got.String()))
}
