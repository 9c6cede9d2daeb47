package config

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestUserDirectories checks the paths of the state and of the CLI's profile on each system.
// filepath.IsAbs depends on the system of the test, and Linux does not accept
// C:\Users\you: so in the rows of Windows too, ~ is an absolute folder of this machine.
// Windows paths are not tested.
func TestUserDirectories(t *testing.T) {
	const app = "/langsmith-insights-mcp"
	for _, test := range []struct {
		name, goos  string
		env         map[string]string
		state, home string
	}{
		{"windows", "windows", map[string]string{"USERPROFILE": "~", "LOCALAPPDATA": "~/AppData/Local"}, "~/AppData/Local" + app, "~"},
		{"windows: HOME is not used", "windows", map[string]string{"HOME": "~", "XDG_STATE_HOME": "~/x"}, "", ""},
		{"windows: relative", "windows", map[string]string{"LOCALAPPDATA": "Local"}, "", ""},
		{"darwin", "darwin", map[string]string{"HOME": "~"}, "~/Library/Application Support" + app, "~"},
		{"darwin: XDG is not used", "darwin", map[string]string{"HOME": "~", "XDG_STATE_HOME": "~/x"}, "~/Library/Application Support" + app, "~"},
		{"linux", "linux", map[string]string{"HOME": "~"}, "~/.local/state" + app, "~"},
		{"linux: XDG", "linux", map[string]string{"HOME": "~", "XDG_STATE_HOME": "~/x"}, "~/x" + app, "~"},
		{"linux: XDG alone", "linux", map[string]string{"XDG_STATE_HOME": "~/x"}, "~/x" + app, ""},
		{"linux: XDG is relative", "linux", map[string]string{"HOME": "~", "XDG_STATE_HOME": "x"}, "~/.local/state" + app, "~"},
		{"linux: HOME is relative", "linux", map[string]string{"HOME": "you"}, "", "you"},
		{"freebsd", "freebsd", map[string]string{"HOME": "~"}, "~/.local/state" + app, "~"},
		{"windows: nothing set", "windows", nil, "", ""},
		{"darwin: nothing set", "darwin", nil, "", ""},
		{"linux: nothing set", "linux", nil, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			base := t.TempDir()
			local := func(path string) string { return filepath.FromSlash(strings.Replace(path, "~", base, 1)) }
			getenv := func(name string) string { return local(test.env[name]) }
			if got := userStateDir(test.goos, getenv); got != local(test.state) {
				t.Errorf("state in %q, want %q", got, local(test.state))
			}
			if got := homeDir(test.goos, getenv); got != local(test.home) {
				t.Errorf("home in %q, want %q", got, local(test.home))
			}
		})
	}
}
