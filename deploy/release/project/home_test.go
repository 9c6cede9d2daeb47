package project

import "testing"

func TestEverythingFollowsFromTheHome(t *testing.T) {
	home := Home{Owner: "Some-Body", Repository: "langsmith-insights-mcp"}
	for got, want := range map[string]string{
		home.ServerName():                         "io.github.Some-Body/langsmith-insights-mcp",
		home.Image("1.2.3"):                       "ghcr.io/some-body/langsmith-insights-mcp:1.2.3",
		home.Download("1.2.3", Bundle("1.2.3")):   "https://github.com/Some-Body/langsmith-insights-mcp/releases/download/v1.2.3/langsmith-insights-mcp_1.2.3.mcpb",
		Archive("1.2.3", "windows", "amd64"):      "langsmith-insights-mcp_1.2.3_windows_amd64.zip",
		Built("dist", "darwin", AnyArch):          "dist/stage/darwin_all/langsmith-insights-mcp",
		(Home{Owner: "a", Repository: "b"}).URL(): "https://github.com/a/b",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTheHomeCanBeRead(t *testing.T) {
	home, err := ReadHome()
	if err != nil || home.Repository != Name {
		t.Errorf("the home is %+v, %v", home, err)
	}
	if (Home{Owner: unchosen}).Chosen() || !(Home{Owner: "somebody"}).Chosen() {
		t.Error("an owner is not told from the word that stands in for one")
	}
}
