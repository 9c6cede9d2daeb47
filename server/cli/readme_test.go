package cli_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/identity"
	"langsmith-insights-mcp/server/install"
	"langsmith-insights-mcp/tools"
)

func readDocument(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// fence is a code block: its language and its lines.
var fence = regexp.MustCompile("(?ms)^[ \t]*(?:````*|~~~+)([a-z]*)[^\n]*\n(.*?)^[ \t]*(?:````*|~~~+)[ \t]*$")

// TestREADMECommandBlocks checks that each command of the README is in a block of the one
// form that .ci/readme finds, and that the README says what it needs.
func TestREADMECommandBlocks(t *testing.T) {
	readme := readDocument(t, "../../README.md")
	commands := 0
	for _, block := range fence.FindAllStringSubmatch(readme, -1) {
		switch language, body := block[1], block[2]; language {
		case "sh":
			if !strings.HasPrefix(block[0], "```sh\n") {
				t.Errorf(".ci/readme does not find this block:\n%s", block[0])
			}
			for command := range strings.Lines(body) {
				commands++
				if text := prerequisite(t, command); !strings.Contains(readme, text) {
					t.Errorf("the README lacks %q, which %q needs", text, command)
				}
				if strings.Contains(command, "_API_KEY") && !strings.Contains(command, "'X-API-Key: ${LANGSMITH_API_KEY}'") {
					t.Errorf("the shell would put the key itself into the client's file: %q", command)
				}
			}
		case "json":
		default:
			t.Errorf("a block is neither sh nor json, so no test runs it:\n%s", block[0])
		}
	}
	if commands < 7 {
		t.Errorf("only %d commands were found in the README", commands)
	}
}

// prerequisite returns the words of the README about what a command needs beside Go and
// this program.
func prerequisite(t *testing.T, command string) string {
	t.Helper()
	switch strings.Fields(command)[0] {
	case "go", "langsmith-insights-mcp", "cd":
		return ""
	case "git":
		return "this repository"
	case "claude":
		return "<b>Claude Code</b>"
	case "gh":
		return "From the first release on"
	case "gemini":
		return "in Gemini CLI"
	case "npx":
		return "Node 22 or newer"
	}
	t.Errorf("the prerequisites of %q are not known to this test", command)
	return ""
}

// inlineCommand matches a command of this program in running text.
var inlineCommand = regexp.MustCompile("`langsmith-insights-mcp ([^`\n]+)`")

// TestInlineCommands checks that the documents name only commands and flags that exist.
func TestInlineCommands(t *testing.T) {
	for _, path := range documents(t) {
		for _, found := range inlineCommand.FindAllStringSubmatch(readDocument(t, path), -1) {
			args := strings.Fields(found[1])
			// With --help the flags are parsed, and the command is not run.
			got := runCommand(t, nil, append(slices.DeleteFunc(args, func(arg string) bool { return arg == "--help" }), "--help")...)
			if got.code != 0 {
				t.Errorf("%s: %s\n%s", path, found[0], got.err)
			}
		}
	}
}

// TestREADMEEntries starts a server from each JSON block as a client would, with only the
// arguments and the variables of the entry, and lists its tools.
func TestREADMEEntries(t *testing.T) {
	blocks := []string{readDocument(t, "../../mcp.json.example")}
	for _, block := range fence.FindAllStringSubmatch(readDocument(t, "../../README.md"), -1) {
		if block[1] == "json" {
			blocks = append(blocks, block[2])
		}
	}
	if len(blocks) < 4 {
		t.Errorf("only %d JSON blocks were found", len(blocks))
	}
	type entry struct {
		Type, Command, URL string
		Args               []string
		Env, Headers       map[string]string
	}
	for _, block := range blocks {
		var file struct {
			Servers    map[string]entry
			MCPServers map[string]entry
			Inputs     []struct {
				Type, ID, Description string
				Password              bool
			}
		}
		decoder := json.NewDecoder(strings.NewReader(block))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&file); err != nil {
			t.Errorf("%v:\n%s", err, block)
			continue
		}
		entries := file.MCPServers
		if entries == nil {
			entries = file.Servers
		}
		if len(entries) == 0 {
			t.Errorf("no server in:\n%s", block)
		}
		for name, e := range entries {
			if e.URL != "" {
				if u, err := install.ParseURL(e.URL); err != nil || u.String() != e.URL || e.Headers["X-API-Key"] == "" {
					t.Errorf("%s: %s with %v, %v", name, e.URL, e.Headers, err)
				}
				continue
			}
			if e.Command != "langsmith-insights-mcp" {
				t.Errorf("%s starts %q", name, e.Command)
			}
			for variable, value := range e.Env {
				id, isInput := strings.CutPrefix(value, "${input:")
				if isInput && (len(file.Inputs) == 0 || file.Inputs[0].ID != strings.TrimSuffix(id, "}")) {
					t.Errorf("%s: no input asks for %s", name, variable)
				}
			}
			listTools(t, name, e.Args, e.Env)
		}
	}
}

// serverName matches the names that the documents give the server in a client.
var serverName = regexp.MustCompile(`(?:"(?:mcpServers|servers)": \{\s*|},\s*|--scope user |install\?name=|mcp\.json\.example --server )"?(ls-[a-z]+|[a-z-]*insights[a-z-]*)\b`)

// TestPrefixedToolNames checks the length of the tool names that hosts build from the
// server's names in the documents. Cursor refuses names of more than 60 characters,
// OpenAI and Anthropic of more than 64.
func TestPrefixedToolNames(t *testing.T) {
	names := []string{install.ServerName}
	for _, path := range append(documents(t), "../../mcp.json.example") {
		for _, found := range serverName.FindAllStringSubmatch(readDocument(t, path), -1) {
			names = append(names, found[1])
		}
	}
	if len(names) < 10 {
		t.Errorf("only %d names were found: %q", len(names), names)
	}
	slices.Sort(names)
	for _, server := range slices.Compact(names) {
		for _, tool := range tools.All() {
			for host, whole := range map[string]string{
				"Cursor": server + ":" + tool.Name, "Gemini CLI, VS Code": "mcp_" + server + "_" + tool.Name,
				"Claude Code, Codex": "mcp__" + server + "__" + tool.Name,
			} {
				if len(whole) >= 60 {
					t.Errorf("%s: %s has %d characters", host, whole, len(whole))
				}
			}
		}
	}
}

// linksInREADME matches the part of the README that TestREADMEInstallLinks writes.
var linksInREADME = regexp.MustCompile(`(?s)(<!-- links:[^\n]*-->\n).*?(<!-- end of links -->)`)

// TestREADMEInstallLinks compares the links that add the server to an editor with the
// entry in the editor's block; -update rewrites them.
func TestREADMEInstallLinks(t *testing.T) {
	readme := readDocument(t, "../../README.md")
	compact := func(v any) []byte {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	escape := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
	editors := map[string]struct{ Servers, MCPServers map[string]map[string]any }{}
	inputs := map[string]any{}
	for _, block := range regexp.MustCompile("(?s)<summary><b>(Cursor|VS Code)</b>.*?```json\n(.*?)```").FindAllStringSubmatch(readme, -1) {
		var file struct{ Servers, MCPServers map[string]map[string]any }
		if err := errors.Join(json.Unmarshal([]byte(block[2]), &file), json.Unmarshal([]byte(block[2]), &inputs)); err != nil {
			t.Fatal(err)
		}
		editors[block[1]] = file
	}
	cursor, vscode := editors["Cursor"].MCPServers[install.ServerName], editors["VS Code"].Servers[install.ServerName]
	if cursor == nil || vscode == nil {
		t.Fatalf("an editor's block is missing: %v", editors)
	}
	for _, entry := range []map[string]any{cursor, vscode} {
		entry["args"] = []string{"stdio"} // instead of the blocks' --sandbox
	}
	links := fmt.Sprintf("[Add to Cursor](https://cursor.com/en-US/install-mcp?name=%s&config=%s) ·\n[Add to VS Code](https://vscode.dev/redirect/mcp/install?name=%s&inputs=%s&config=%s)\n",
		install.ServerName, escape(base64.StdEncoding.EncodeToString(compact(cursor))),
		install.ServerName, escape(string(compact(inputs["inputs"]))), escape(string(compact(vscode))))
	if !linksInREADME.MatchString(readme) {
		t.Fatal("the README has no place for the links")
	}
	document(t, "../README.md", linksInREADME.ReplaceAllString(readme, "${1}"+strings.ReplaceAll(links, "$", "$$")+"${2}"))
}

// TestREADMERepository checks the repository's address in the commands of the README.
func TestREADMERepository(t *testing.T) {
	home := identity.ReadHome()
	readme := readDocument(t, "../../README.md")
	if !strings.Contains(readme, "git clone "+home.URL()+"\ncd "+home.Repository+"\n") {
		t.Errorf("the README does not clone %s", home.URL())
	}
	if !strings.Contains(readme, "--repo "+home.Owner+"/"+home.Repository+"\n") {
		t.Errorf("the README does not verify files of %s", home.URL())
	}
	if home.IsChosen() && strings.Contains(readme, "until the project has a public home") {
		t.Error("the README says that the project has no public home")
	}
}

// TestREADMETeam checks that the README's server for a team does not start with an
// operator's key, which every caller could use.
func TestREADMETeam(t *testing.T) {
	commands := regexp.MustCompile(`(?m)^langsmith-insights-mcp (http .*)$`).FindAllStringSubmatch(readDocument(t, "../../README.md"), -1)
	if len(commands) == 0 {
		t.Fatal("the README serves no team")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // a server that starts ends at once
	getenv := func(name string) string { return map[string]string{"LANGSMITH_API_KEY": operatorKey}[name] }
	for _, command := range commands {
		var log bytes.Buffer
		code := cli.Run(ended, strings.Fields(command[1]), getenv, strings.NewReader(""), io.Discard, &log)
		if code != 2 || !strings.HasPrefix(log.String(), "--addr: anyone who reaches") {
			t.Errorf("%s: code %d, stderr %q", command[1], code, &log)
		}
	}
}

// listTools starts the program over stdio and checks that it lists every tool.
func listTools(t *testing.T, name string, args []string, env map[string]string) {
	t.Helper()
	const requests = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
`
	home := t.TempDir()
	getenv := func(variable string) string {
		if variable == "HOME" || variable == "USERPROFILE" || variable == "LOCALAPPDATA" {
			return home
		}
		return env[variable]
	}
	var out, log bytes.Buffer
	if code := cli.Run(t.Context(), args, getenv, strings.NewReader(requests), &out, &log); code != 0 {
		t.Errorf("%s: code %d\n%s", name, code, log.String())
	}
	for line := range strings.Lines(out.String()) {
		var answer struct {
			ID     int
			Result struct{ Tools []struct{ Name string } }
		}
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Errorf("%s: %v in %q", name, err, line)
		}
		if answer.ID == 2 {
			if len(answer.Result.Tools) != len(tools.All()) {
				t.Errorf("%s lists %d tools", name, len(answer.Result.Tools))
			}
			return
		}
	}
	t.Errorf("%s does not respond to tools/list:\n%s", name, out.String())
}

// documents lists the repository's Markdown files for users.
func documents(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("../../docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(found, "../../deploy/release/README.md")
}

var (
	quoted     = regexp.MustCompile("`[^`]+`")
	namedFlag  = regexp.MustCompile("[` ]--([a-z][a-z-]*)")
	namedVar   = regexp.MustCompile(`\bLANGSMITH_[A-Z_]*`)
	flagInHelp = regexp.MustCompile(`(?m)^ +(?:-[a-z], +|  )--([a-z-]+)`)
)

// TestDocumentedFlagsAndVariables checks that the documents name only flags and variables
// that the program reads. The changelog may name removed ones.
func TestDocumentedFlagsAndVariables(t *testing.T) {
	flags := map[string]bool{}
	for _, command := range []string{"stdio", "http", "demo", "install", "uninstall", "doctor", "sandbox", "version"} {
		for _, found := range flagInHelp.FindAllStringSubmatch(runCommand(t, nil, command, "--help").out, -1) {
			flags[found[1]] = true
		}
	}
	variables := map[string]bool{config.EnvPrefix: true, "LANGSMITH_PROFILE": true, "LANGSMITH_CONFIG_FILE": true}
	for _, variable := range config.Variables() {
		for _, name := range variable.Names {
			variables[name] = true
		}
	}
	for _, setting := range config.Settings() {
		variables[setting.Variable()] = true
		if !flags[setting.Name] {
			t.Errorf("no command's help has --%s", setting.Name)
		}
	}
	// The flags of other programs in these documents.
	flagsOfOthers := map[string][]string{"../../docs/speed.md": {"write", "ours"}, "../../docs/conformance.md": {"method", "strict"}, "../../docs/deployment.md": {"detach", "no-deps", "build"}}
	seen := 0
	for _, path := range documents(t) {
		if path == "../../CHANGELOG.md" {
			continue
		}
		for _, text := range quoted.FindAllString(fence.ReplaceAllString(readDocument(t, path), ""), -1) {
			for _, found := range namedFlag.FindAllStringSubmatch(text, -1) {
				seen++
				if name := found[1]; !flags[name] && !slices.Contains(flagsOfOthers[path], name) {
					t.Errorf("%s: %s names --%s, which no command has", path, text, name)
				}
			}
			for _, name := range namedVar.FindAllString(text, -1) {
				seen++
				if !variables[name] {
					t.Errorf("%s: %s names %s, which nothing reads", path, text, name)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d flags and variables were found", seen)
	}
}

var (
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading     = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	notInAnchor = regexp.MustCompile(`[^\pL\pN _-]`)
)

// TestRelativeLinks checks that the file and the heading of every relative link of the
// documents exist.
func TestRelativeLinks(t *testing.T) {
	for _, path := range documents(t) {
		text := fence.ReplaceAllString(readDocument(t, path), "")
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, err := url.Parse(found[1])
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if target.Scheme != "" {
				continue
			}
			to := path
			if target.Path != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(target.Path))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, found[1])
				continue
			}
			if target.Fragment != "" && !slices.Contains(anchors(readDocument(t, to)), target.Fragment) {
				t.Errorf("%s links to %s, which has no such heading", path, found[1])
			}
		}
	}
}

// anchors returns the anchors that GitHub gives the headings of a document.
func anchors(text string) []string {
	var all []string
	for _, found := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		all = append(all, strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-"))
	}
	return all
}
