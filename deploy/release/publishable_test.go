package main

import (
	"strings"
	"testing"

	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/identity"
)

func TestPublishable(t *testing.T) {
	const changes = "# Changelog\n\n## 1.2.3\n\n- Something.\n"
	home := identity.Home{Owner: "somebody", Repository: "langsmith-insights-mcp"}
	tests := []struct {
		name    string
		home    identity.Home
		version string
		want    []string
	}{
		{"a release", home, "1.2.3", nil},
		{"no home", identity.Home{Owner: "OWNER", Repository: "langsmith-insights-mcp"}, "1.2.3", []string{"home.json"}},
		{"no tag", home, "0.0.0-20260102150405-0123456789ab", []string{"tag the commit"}},
		{"changed files", home, "1.2.3+dirty", []string{"nothing changed"}},
		{"not in the changelog", home, "1.2.4-rc.1", []string{"## 1.2.4-rc.1"}},
		{"every reason at once", identity.Home{Owner: "OWNER"}, "1.2.4", []string{"home.json", "CHANGELOG.md"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := refusal(project.Release{Home: test.home, Stamp: project.Stamp{Version: test.version}}, changes); err != nil {
				got = err.Error()
			}
			if (got == "") != (len(test.want) == 0) {
				t.Errorf("got the error %q, want %q", got, test.want)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q lacks %q", got, want)
				}
			}
		})
	}
}
