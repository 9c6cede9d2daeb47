package identity

import (
	"bytes"
	"image/png"
	"testing"
)

func TestHomeNamesAndURLs(t *testing.T) {
	home := Home{Owner: "Some-Body", Repository: "langsmith-insights-mcp"}
	for got, want := range map[string]string{
		home.ServerName():                         "io.github.Some-Body/langsmith-insights-mcp",
		home.Image("1.2.3"):                       "ghcr.io/some-body/langsmith-insights-mcp:1.2.3",
		home.Icon("1.2.3"):                        "https://raw.githubusercontent.com/Some-Body/langsmith-insights-mcp/v1.2.3/server/identity/icon.png",
		home.Download("1.2.3", "a.mcpb"):          "https://github.com/Some-Body/langsmith-insights-mcp/releases/download/v1.2.3/a.mcpb",
		home.Website():                            "https://github.com/Some-Body/langsmith-insights-mcp",
		(Home{Owner: noOwner}).Website():          "",
		(Home{Owner: "a", Repository: "b"}).URL(): "https://github.com/a/b",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestReadHome(t *testing.T) {
	if home := ReadHome(); home.Repository != "langsmith-insights-mcp" {
		t.Errorf("the home is %+v", home)
	}
	if (Home{Owner: noOwner}).IsChosen() || !(Home{Owner: "somebody"}).IsChosen() {
		t.Error("Chosen does not tell an owner from the placeholder")
	}
}

func TestIcon(t *testing.T) {
	config, err := png.DecodeConfig(bytes.NewReader(IconPNG))
	if err != nil || config.Width != 128 || config.Height != 128 {
		t.Errorf("the icon: %+v, %v", config, err)
	}
	if size := len(Icon().Src); size > 600 {
		t.Errorf("the icon has %d bytes", size)
	}
}
