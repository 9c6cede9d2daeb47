package install

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// tried says with which version of each client its entry was tried.
var tried = map[string]string{
	"claude-desktop": "no",
	"claude-code":    "version 2.1.328 on Linux starts the server from it, with a key and without",
	"vscode":         "no",
	"cursor":         "no",
	"windsurf":       "no",
	"gemini-cli":     "version 0.61.0 on Linux connects to it and passes the key on",
	"codex-cli":      "version 0.171.0 on Linux lists the server from it",
}

// TestTheListOfClientsIsTheCatalogue compares docs/clients.md with what install
// knows of the clients; -update rewrites it.
func TestTheListOfClientsIsTheCatalogue(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Clients\n\nWritten by `go test ./server/install -run Clients -update` from what `install` knows; CI compares.\n\n" +
		"`langsmith-insights-mcp install --client NAME` adds one entry to the file below. Of\n" +
		"several files, the first whose folder exists is used. Everything else in the file stays,\n" +
		"comments included; a backup is left beside it, and `uninstall` removes the entry.\n" +
		"No key is written without `--with-key`. `--dry-run` shows the change and makes none, of a\n" +
		"client that is not there too.\n\n" +
		"With `--url` the entry is one for a server that others run. The key goes there in\n" +
		"`X-API-Key`; a workspace that the shell names, in `X-Tenant-Id`. Where the server asks for\n" +
		"a token of its own besides, add it by hand as `Authorization`: it stays, and is shown in\n" +
		"no diff and no backup.\n\n" +
		"**Not tried:** the desktop applications, and every client on macOS and Windows. Their\n" +
		"paths and formats are those of their documentation, and tests hold them.\n")
	for _, c := range catalogue() {
		if tried[c.Name] == "" {
			t.Errorf("%s does not say what it was tried with", c.Name)
		}
		fmt.Fprintf(&b, "\n## %s\n\n`--client %s`\n\n| system | file |\n|---|---|\n", c.Title, c.Name)
		for _, system := range []struct{ goos, name string }{{"linux", "Linux"}, {"darwin", "macOS"}, {"windows", "Windows"}} {
			fmt.Fprintf(&b, "| %s | %s |\n", system.name, strings.Join(filesOn(c, system.goos), "<br>"))
		}
		fmt.Fprintf(&b, "\n- The key: %s\n- Afterwards: %s\n- Tried: %s.\n", c.keySource, c.nextStep, tried[c.Name])
		if c.address == nil {
			fmt.Fprintf(&b, "- A server at an address: %s.\n", c.noAddress)
			continue
		}
		fmt.Fprintf(&b, "- A server at an address, as `--url https://mcp.example.com/mcp` writes it:\n\n%s", addressEntry(t, c))
	}
	golden(t, filepath.Join("..", "..", "docs", "clients.md"), []byte(b.String()))
}

// addressEntry is the file that install writes for a server at an address, as a code
// block.
func addressEntry(t *testing.T, c client) string {
	h := testHost(t)
	places := c.locations(h)
	place := places[len(places)-1] // Windsurf's, which refers to the key
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

// filesOn are the places of a client's file on a system, as people write them.
func filesOn(c client, goos string) []string {
	h := Host{GOOS: goos, Home: "~", Getenv: func(name string) string {
		if goos == "windows" && strings.HasSuffix(name, "APPDATA") {
			return "%" + name + "%"
		}
		return ""
	}}
	var files []string
	if c.Name == "claude-desktop" && goos == "windows" { // found by looking, so not on this machine
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
