package server_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools"
)

// TestTheReferenceIsTheCode compares docs/reference.md with what the tools and
// the settings are today; -update rewrites it.
func TestTheReferenceIsTheCode(t *testing.T) { document(t, "reference.md", reference(t)) }

// document compares a file of docs with what it should say, or rewrites it when
// the tests run with -update.
func document(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "docs", name)
	if servertest.Updating() {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the code says; go test ./server -run %s -update rewrites it", path, t.Name())
	}
}

func reference(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Reference\n\nWritten by `go test ./server -run Reference -update` from the code; CI compares.\n")
	b.WriteString("\n## Tools\n\n| tool | effect | toolset | arguments |\n|---|---|---|---|\n")
	for _, tool := range tools.All() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s |\n", tool.Name, tool.Name, tool.Effect, tool.Toolset, strings.Join(arguments(t, tool), ", "))
	}
	b.WriteString("\n## Flags\n\nEach has a variable, which a flag overrides.\n\n| flag | variable | default | meaning |\n|---|---|---|---|\n")
	for _, setting := range config.Settings() {
		name := "--" + setting.Name
		if !setting.IsSwitch() {
			name += " " + setting.Value
		}
		meaning := setting.Meaning
		if setting.Only != "" {
			meaning = fmt.Sprintf("(%s) %s", setting.Only, meaning)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", name, setting.Variable(), defaults(setting), meaning)
	}
	b.WriteString("\n## How LangSmith is reached\n\n| variable | meaning |\n|---|---|\n")
	for _, variable := range config.Variables() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(variable.Names, "`, else `"), variable.Meaning)
	}
	b.WriteString("\nWhat is set in neither is taken from the profile of LangSmith's own CLI, setting by setting.\n")
	for _, tool := range tools.All() {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n%s\n", tool.Name, tool.Title, tool.Description)
		if example := goldenExample(t, tool.Name); example != "" {
			fmt.Fprintf(&b, "\nWhat an agent reads, for example:\n\n````text\n%s\n````\n", strings.TrimRight(example, "\n"))
		}
	}
	return b.String()
}

func arguments(t *testing.T, tool tools.Tool) []string {
	var schema struct {
		Properties map[string]json.RawMessage
		Required   []string
	}
	if err := json.Unmarshal(tool.InputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range schema.Properties {
		if slices.Contains(schema.Required, name) {
			names = append(names, "**"+name+"**")
		} else {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.Trim(a, "*"), strings.Trim(b, "*")) })
	return names
}

func defaults(setting config.Setting) string {
	stdio, http := setting.Default[config.Stdio], setting.Default[config.HTTPCmd]
	switch {
	case setting.Name == "state":
		return "a directory of the user's; http: " + http
	case stdio == http || http == "" || setting.Only == config.Stdio:
		return stdio
	case stdio == "":
		return http
	}
	return stdio + "; http: " + http
}

// goldenExample is the first golden text of a tool.
func goldenExample(t *testing.T, tool string) string {
	files, err := filepath.Glob("../tools/testdata/golden/" + tool + "/*.txt")
	if err != nil || len(files) == 0 {
		return ""
	}
	slices.Sort(files)
	for _, preferred := range []string{"default.txt", "concise.txt", "example.txt"} {
		if i := slices.IndexFunc(files, func(f string) bool { return filepath.Base(f) == preferred }); i >= 0 {
			files[0] = files[i]
		}
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
