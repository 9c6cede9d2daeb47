package main

import (
	"testing"

	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/identity"
)

func TestManifestRepository(t *testing.T) {
	for owner, want := range map[string]string{"OWNER": "", "somebody": "https://github.com/somebody/langsmith-insights-mcp"} {
		m, err := newManifest(identity.Home{Owner: owner, Repository: project.Name}, "1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m.Repository != nil {
			got = m.Repository.URL
		}
		if got != want || m.Version != "1.2.3" {
			t.Errorf("owner %s: repository %q of version %s, want %q", owner, got, m.Version, want)
		}
	}
}
