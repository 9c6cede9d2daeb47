package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// TestReferenceDocument compares docs/reference.md with the tools, commands and settings;
// -update rewrites it.
func TestReferenceDocument(t *testing.T) { document(t, "reference.md", reference(t)) }

// toolsInREADME matches the part of the README that TestREADMEToolTable writes.
var toolsInREADME = regexp.MustCompile(`(?s)(<!-- tools:[^\n]*-->\n).*?(<!-- end of tools -->)`)

// TestREADMEToolTable compares the README's table of tools with the registry; -update
// rewrites it.
func TestREADMEToolTable(t *testing.T) {
	var table strings.Builder
	table.WriteString("| tool | what for | effect |\n|---|---|---|\n")
	for _, tool := range tools.All() {
		fmt.Fprintf(&table, "| [`%s`](docs/reference.md#%s) | %s | %s |\n", tool.Name, tool.Name, tool.Title, tool.Effect)
	}
	readme := readDocument(t, "../../README.md")
	if !toolsInREADME.MatchString(readme) {
		t.Fatal("the README has no place for the tools")
	}
	document(t, "../README.md", toolsInREADME.ReplaceAllString(readme, "${1}"+table.String()+"${2}"))
}

// document compares a file of docs with want, or rewrites it when the tests run with
// -update.
func document(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
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
		t.Errorf("%s differs from the code; .ci/run update rewrites it\n%s", path, servertest.Diff(string(got), want))
	}
}

func reference(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Reference\n\nWritten by `go test ./server/cli -run Reference -update` from the code; CI compares.\n")
	b.WriteString("\n## Tools\n\n| tool | effect | toolset | arguments |\n|---|---|---|---|\n")
	for _, tool := range tools.All() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s |\n", tool.Name, tool.Name, tool.Effect, tool.Toolset, strings.Join(arguments(t, tool), ", "))
	}
	b.WriteString("\n## Commands\n\n| command | what it does |\n|---|---|\n")
	help := runCommand(t, nil, "--help").out
	for _, found := range commandInHelp.FindAllStringSubmatch(help, -1) {
		if found[1] != "help" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", found[1], found[2])
		}
	}
	var examples strings.Builder
	for _, found := range commandInHelp.FindAllStringSubmatch(help, -1) {
		examples.WriteString(examplesInHelp.FindString(runCommand(t, nil, found[1], "--help").out))
	}
	fmt.Fprintf(&b, "\n```sh\n%s\n```\n", strings.TrimSpace(strings.ReplaceAll(examples.String(), "\n  ", "\n")))
	b.WriteString("\n| flag of a command | what it does |\n|---|---|\n")
	for _, command := range []string{"install", "uninstall", "doctor", "sandbox"} {
		for _, found := range flagAndMeaning.FindAllStringSubmatch(runCommand(t, nil, command, "--help").out, -1) {
			fmt.Fprintf(&b, "| `%s %s` | %s |\n", command, found[1], found[2])
		}
	}
	b.WriteString("\n## Flags\n\nThose of `stdio` and `http`. Each has a variable, which a flag overrides.\n\n| flag | variable | default | meaning |\n|---|---|---|---|\n")
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
	b.WriteString("\n## LangSmith's address and credentials\n\n| variable | meaning |\n|---|---|\n")
	for _, variable := range config.Variables() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(variable.Names, "`, else `"), variable.Meaning)
	}
	b.WriteString("\nA setting without any of its variables is taken from the profile of LangSmith's own CLI. Of the profile's credentials\n" +
		"the login (`langsmith auth login`) comes first, then `api_key`, then the variable that `api_key_env` names. A login's\n" +
		"token is sent only to the address of its own profile, and renewed in its file.\n")
	b.WriteString("\nIn a result, a field without a value is absent. The list that a result is named for is always present.\n")
	used := map[string]bool{}
	for _, tool := range tools.All() {
		fmt.Fprintf(&b, "\n## %s\n\n%s (%s).\n\n%s\n\n%s\n%s\n[An example](examples.md#%s)\n",
			tool.Name, tool.Title, tool.Effect, tool.Description, argumentTable(t, tool), resultTable(t, tool, used), tool.Name)
	}
	return b.String()
}

var (
	commandInHelp  = regexp.MustCompile(`(?m)^  ([a-z]+) +([A-Z].*)$`)
	flagAndMeaning = regexp.MustCompile(`(?m)^      (--\S+(?: \S+)?) {2,}(.*)$`)
	examplesInHelp = regexp.MustCompile(`(?s)(  # .*?)(?:\n\n|$)`)
)

func arguments(t *testing.T, tool tool.Tool) []string {
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
