package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/tools"
)

const root = "../.."

// TestExtensionFiles compares the files that hosts install with the server's declarations.
func TestExtensionFiles(t *testing.T) {
	all, err := files(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 {
		t.Errorf("%d files", len(all))
	}
	for name, want := range all {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from the code (%v): go run ./deploy/extensions writes it", name, err)
		}
	}
}

// TestPluginToolNames checks the length of the tool names that Claude Code builds.
func TestPluginToolNames(t *testing.T) {
	for _, tool := range tools.All() {
		if name := "mcp__plugin_" + pluginName + "_" + pluginServer + "__" + tool.Name; len(name) > 64 {
			t.Errorf("%s has %d characters", name, len(name))
		}
	}
}

// member matches the name of a member of a JSON object.
var member = regexp.MustCompile(`"([a-z_]+)":`)

// TestSkill checks the length of the skill, and that it names only tools, arguments and
// fields of results that exist.
func TestSkill(t *testing.T) {
	text, err := skill()
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(text, []byte("\n")); lines >= 500 {
		t.Errorf("the skill has %d lines", lines)
	}
	known := []string{"LANGSMITH_API_KEY", "langsmith-insights-mcp doctor"}
	for _, tool := range tools.All() {
		known = append(known, tool.Name)
		if !strings.Contains(string(text), "`"+tool.Name+"`") {
			t.Errorf("the skill does not name %s", tool.Name)
		}
		for _, found := range member.FindAllStringSubmatch(string(tool.InputSchema())+string(tool.OutputSchema()), -1) {
			known = append(known, found[1])
		}
	}
	results, err := os.ReadFile(filepath.Join(root, "docs", "examples.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range member.FindAllStringSubmatch(string(results), -1) {
		known = append(known, found[1])
	}
	for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(known, found[1]) {
			t.Errorf("the skill names %s, which no tool has", found[1])
		}
	}
}

func TestNewestVersion(t *testing.T) {
	for changes, want := range map[string]string{
		"# Changelog\n\n## Unreleased\n": "0.0.0", "## Unreleased\n\n## 1.3.0-rc.1\n\n## 1.2.0\n": "1.3.0-rc.1",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(changes), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := newestVersion(dir); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}
