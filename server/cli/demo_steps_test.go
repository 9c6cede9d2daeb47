package cli

import (
	"strings"
	"testing"
)

// TestNextSteps checks that the demo ends with commands that its reader can type, however
// it was started.
func TestNextSteps(t *testing.T) {
	const temporary, downloaded = "/tmp/go-build7/b001/exe/langsmith-insights-mcp", "/home/me/Downloads/langsmith-insights-mcp"
	for _, test := range []struct {
		onPath  bool
		program string
		want    string // the first word of each command
	}{
		{true, "/usr/local/bin/langsmith-insights-mcp", "langsmith-insights-mcp export langsmith-insights-mcp langsmith-insights-mcp"},
		{true, temporary, "langsmith-insights-mcp export langsmith-insights-mcp langsmith-insights-mcp"},
		{false, temporary, "go langsmith-insights-mcp export langsmith-insights-mcp langsmith-insights-mcp"},
		{false, downloaded, downloaded + " export " + downloaded + " " + downloaded},
	} {
		var got []string
		for line := range strings.Lines(nextSteps(test.onPath, test.program)) {
			if command, indented := strings.CutPrefix(line, "  "); indented {
				got = append(got, strings.Fields(command)[0])
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("on the PATH: %v, %s: %q", test.onPath, test.program, got)
		}
	}
}
