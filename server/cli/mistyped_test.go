package cli_test

import (
	"os"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/install"
)

// A mistyped command is named, rather than its flags, which only that command has.
func TestMistypedCommand(t *testing.T) {
	for line, want := range map[string]string{
		"instal --client cursor":    `"instal" is not a command; did you mean install?; see langsmith-insights-mcp --help`,
		"docter":                    `"docter" is not a command; did you mean doctor?; see langsmith-insights-mcp --help`,
		"nonsense --client cursor":  `"nonsense" is not a command; see langsmith-insights-mcp --help`,
		"http now --nonsense":       `"now" is not a command; see langsmith-insights-mcp --help`,
		"install cursor":            "use --client cursor; see langsmith-insights-mcp install --help",
		"install cursor --nonsense": "use --client cursor; see langsmith-insights-mcp install --help",
		"uninstall Cursor":          "use --client cursor; see langsmith-insights-mcp uninstall --help",
		"install emacs":             `"emacs" is not a client; use --client with one of ` + install.ClientNames(),
		"install --clint cursor":    "unknown flag: --clint; did you mean --client?; see langsmith-insights-mcp install --help",
		"--nonsense":                "unknown flag: --nonsense; see langsmith-insights-mcp --help",
		"doctor --state":            "flag needs an argument: --state; see langsmith-insights-mcp doctor --help",
	} {
		got := runCommand(t, nil, strings.Fields(line)...)
		if got.code != 2 || got.err != want+"\n" {
			t.Errorf("%s: code %d, stderr %q, want %q", line, got.code, got.err, want)
		}
	}
}

// A --state that is most likely an address ends the start, and doctor, before it makes a
// directory of that name.
func TestMistypedState(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, command := range []string{"stdio", "http", "doctor"} {
		got := runCommand(t, nil, command, "--state", "localhost:6379")
		if got.code != 2 || !strings.HasPrefix(got.err, "--state: this looks like a mistyped address") || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: code %d, stderr %q", command, got.code, got.err)
		}
	}
	if made, err := os.ReadDir("."); err != nil || len(made) != 0 {
		t.Errorf("%v, %v", made, err)
	}
}
