package install

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// testedClients records the version of each client that its entry was tried with.
var testedClients = map[string]string{
	"claude-desktop": "no",
	"claude-code":    "version 2.1.332 on Linux starts the server from it, and connects to an address",
	"vscode":         "no",
	"cursor":         "no",
	"windsurf":       "no",
	"gemini-cli":     "version 0.61.0 on Linux starts the server from it with the key, and connects to an address",
	"codex-cli":      "version 0.171.0 on Linux lists both entries",
}

// TestClientsDocument compares docs/clients.md with the catalogue; -update rewrites it.
func TestClientsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Clients\n\nWritten by `go test ./server/install -run Clients -update` from the catalogue of `install`; CI compares.\n\n" +
		"`langsmith-insights-mcp install --client NAME` adds one entry to the file below. Of\n" +
		"several files, the first whose folder exists is used. Everything else in the file stays,\n" +
		"comments included; a backup is left beside it, and `uninstall` removes the entry.\n" +
		"No key is written without `--with-key`. `--dry-run` only shows the change, also for a\n" +
		"client that is not installed.\n\n" +
		"With `--sandbox` the entry works on sample traces, without an account: it has the\n" +
		"argument `--sandbox` and no key. `install` without `--sandbox` then makes it one for your\n" +
		"own traces.\n\n" +
		"With `--url` the entry is for a server that others run. The key is sent to it in\n" +
		"`X-API-Key`, and the workspace of your environment in `X-Tenant-Id`. If the server needs\n" +
		"a token of its own as well, add it by hand as `Authorization`: it stays in the file, and\n" +
		"no diff and no backup shows it.\n\n" +
		"**Not tried:** the desktop applications, and every client on macOS and Windows. Their\n" +
		"paths and formats are taken from their documentation.\n")
	for _, c := range catalogue() {
		if testedClients[c.Name] == "" {
			t.Errorf("%s does not say what it was tried with", c.Name)
		}
		fmt.Fprintf(&b, "\n## %s\n\n`--client %s`\n\n| system | file |\n|---|---|\n", c.Title, c.Name)
		for _, system := range []struct{ goos, name string }{{"linux", "Linux"}, {"darwin", "macOS"}, {"windows", "Windows"}} {
			fmt.Fprintf(&b, "| %s | %s |\n", system.name, strings.Join(filesOn(c, system.goos), "<br>"))
		}
		fmt.Fprintf(&b, "\n- The key: %s\n- Afterwards: %s\n- Tried: %s.\n", c.keySource, c.nextStep, testedClients[c.Name])
		if c.address == nil {
			fmt.Fprintf(&b, "- A server at an address: %s.\n", c.noAddress)
			continue
		}
		fmt.Fprintf(&b, "- A server at an address, as `--url https://mcp.example.com/mcp` writes it:\n\n%s", addressEntry(t, c))
	}
	golden(t, filepath.Join("..", "..", "docs", "clients.md"), []byte(b.String()))
}

// addressEntry returns the file that install writes for a server at an address, as a code
// block.
func addressEntry(t *testing.T, c client) string {
	h := testHost(t)
	places := c.locations(h)
	place := places[len(places)-1] // for Windsurf, the file whose entry refers to the key
	o := addressOptions(t, h, c.Name)
	o.Headers = nil
	e, err := c.newEntry(o, place)
	if err != nil {
		t.Fatal(err)
	}
	body, err := merge(c.format, nil, e)
	if err != nil {
		t.Fatal(err)
	}
	language := "json"
	if _, isTOML := c.format.(tomlFormat); isTOML {
		language = "toml"
	}
	return "```" + language + "\n" + strings.TrimSpace(string(body)) + "\n```\n"
}

// filesOn returns the paths of a client's file on a system, with ~ and %NAME%.
func filesOn(c client, goos string) []string {
	h := Host{GOOS: goos, Home: "~", Getenv: func(name string) string {
		if goos == "windows" && strings.HasSuffix(name, "APPDATA") {
			return "%" + name + "%"
		}
		return ""
	}}
	var files []string
	if c.Name == "claude-desktop" && goos == "windows" { // packageFolders reads folders that do not exist here
		files = []string{"`%LOCALAPPDATA%\\Claude-Data\\claude*\\claude_desktop_config.json`",
			"`%LOCALAPPDATA%\\Packages\\Claude_*\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`"}
	}
	for _, place := range c.locations(h) {
		path := filepath.ToSlash(place.file)
		if goos == "windows" {
			path = strings.ReplaceAll(strings.Replace(path, "~", "%USERPROFILE%", 1), "/", `\`)
		}
		files = append(files, "`"+path+"`")
	}
	return files
}
