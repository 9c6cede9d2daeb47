package project

import "testing"

func TestFileNames(t *testing.T) {
	for got, want := range map[string]string{
		Bundle("1.2.3"):                      "langsmith-insights-mcp_1.2.3.mcpb",
		Archive("1.2.3", "windows", "amd64"): "langsmith-insights-mcp_1.2.3_windows_amd64.zip",
		Built("dist", "darwin", AnyArch):     "dist/stage/darwin_all/langsmith-insights-mcp",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
