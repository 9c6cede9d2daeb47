package install

import (
	"cmp"
	"path/filepath"
)

// catalogue returns the clients in the order of the documentation. Each fact has its
// source in a comment; all were looked up in November 2026. The command lines were tried
// on Linux, the desktop applications were not tried.
func catalogue() []client {
	return []client{
		// "Connect to local MCP servers" on modelcontextprotocol.io gives the file for
		// macOS and Windows; on Linux it is in Electron's usual place. It is plain JSON:
		// one trailing comma makes the client ignore the whole file. Servers get a minimal
		// environment, and variables in the file are not expanded. Windows builds since
		// February 2026 are MSIX packages, which have a folder of their own in place of
		// %APPDATA% (anthropics/claude-code#26073); builds of October 2026 use Claude-Data.
		// They never read a file in %APPDATA%, so it comes last.
		{
			Client: Client{Name: "claude-desktop", Title: "Claude Desktop"},
			format: jsonFormat{servers: "mcpServers"},
			locations: func(h Host) []location {
				var dirs []string
				if h.GOOS == "windows" {
					dirs = append(dirs, packageFolders(h.localAppData("Claude-Data"), "claude", "", claudeDesktopFile)...)
					dirs = append(dirs, packageFolders(h.localAppData("Packages"), "claude_", filepath.Join("LocalCache", "Roaming", "Claude"), claudeDesktopFile)...)
				}
				dirs = append(dirs, h.appData("Claude"))
				var places []location
				for _, dir := range dirs {
					places = append(places, location{file: filepath.Join(dir, claudeDesktopFile), folder: dir})
				}
				return places
			},
			noAddress:  "add it under Settings > Connectors, which signs in and sends no key; or omit the address, and the server runs on this machine",
			strictJSON: true,
			nextStep:   "Quit Claude Desktop completely (closing the window is not enough) and open it again.",
			keySource: "Claude Desktop does not pass your environment variables on to servers. Unless a profile of the LangSmith " +
				"CLI has a key, run this again with LANGSMITH_API_KEY_FILE set, or with --with-key.",
		},
		// "MCP scopes" and "Environment variable expansion" on
		// code.claude.com/docs/en/mcp. An unset ${NAME} reaches the server unexpanded, so
		// the reference has an empty default. CLAUDE_CONFIG_DIR moves the file
		// (anthropics/claude-code#48448). Version 2.1.328 starts a server from this entry,
		// with a key and with an empty one. "type": "http" with headers is documented on the
		// same page; the server refuses the empty header of an unset variable and says why.
		{
			Client: Client{Name: "claude-code", Title: "Claude Code"},
			format: jsonFormat{servers: "mcpServers"},
			locations: func(h Host) []location {
				if dir := h.Getenv("CLAUDE_CONFIG_DIR"); dir != "" {
					return []location{{file: filepath.Join(dir, ".claude.json"), folder: dir}}
				}
				return []location{{file: h.home(".claude.json"), folder: h.home(".claude")}}
			},
			commands:   []string{"claude"},
			entryType:  "stdio",
			reference:  "${LANGSMITH_API_KEY:-}",
			address:    &addressForm{key: "url", kind: "http", headers: "headers"},
			expands:    "${",
			strictJSON: true,
			nextStep:   "Start a new session of Claude Code; /mcp lists the server.",
			keySource:  "Set LANGSMITH_API_KEY in the shell that starts claude.",
		},
		// "MCP configuration reference" on code.visualstudio.com: servers and inputs, in
		// mcp.json of the user profile; comments are allowed. An input of type
		// promptString with "password" is asked for once and kept in VS Code's secret
		// storage.
		{
			Client: Client{Name: "vscode", Title: "VS Code"},
			format: jsonFormat{servers: "servers"},
			locations: func(h Host) []location {
				var places []location
				for _, edition := range []string{"Code", "Code - Insiders"} {
					places = append(places, location{
						file:   h.appData(edition, "User", "mcp.json"),
						folder: h.appData(edition, "User"),
					})
				}
				return places
			},
			entryType: "stdio",
			reference: promptReference,
			address:   &addressForm{key: "url", kind: "http", headers: "headers"},
			expands:   "${",
			nextStep:  `Run "MCP: List Servers" in the Command Palette and start the server.`,
			keySource: "VS Code asks for the key when the server first starts, and keeps it in its secret storage.",
		},
		// "Model Context Protocol" on cursor.com/docs: ~/.cursor/mcp.json on every system,
		// ${env:NAME} in command, args, env, url and headers. What becomes of an unset
		// variable is not documented. An entry with url is for Streamable HTTP.
		{
			Client: Client{Name: "cursor", Title: "Cursor"},
			format: jsonFormat{servers: "mcpServers"},
			locations: func(h Host) []location {
				return []location{{file: h.home(".cursor", "mcp.json"), folder: h.home(".cursor")}}
			},
			address:   &addressForm{key: "url", headers: "headers"},
			reference: "${env:LANGSMITH_API_KEY}",
			expands:   "${",
			nextStep:  "Restart Cursor; its settings list the server under MCP.",
			keySource: "Set LANGSMITH_API_KEY where Cursor sees it: in the shell that starts it, or for the whole desktop session.",
		},
		// The editor is called Devin Desktop since June 2026. Since version 3.6.21 of July
		// 2026 it reads ~/.config/devin/mcp_config.json, on Windows below %APPDATA% ("MCP
		// Configuration" on docs.devin.ai/cli). Whether it expands variables is not
		// documented, so the entry refers to none. Earlier versions read
		// ~/.codeium/windsurf/mcp_config.json on every system, with ${env:NAME} in
		// command, args and env ("Cascade MCP integration" on docs.windsurf.com); what
		// becomes of an unset variable is not documented. They name an address serverUrl;
		// Devin's file has the form of Cursor's.
		{
			Client: Client{Name: "windsurf", Title: "Windsurf (Devin Desktop)"},
			format: jsonFormat{servers: "mcpServers"},
			locations: func(h Host) []location {
				devin := h.home(".config", "devin")
				if h.GOOS == "windows" {
					devin = h.appData("devin")
				}
				cascade := h.home(".codeium", "windsurf")
				return []location{
					{file: filepath.Join(devin, windsurfFile), folder: devin, literal: true, address: "url"},
					{file: filepath.Join(cascade, windsurfFile), folder: cascade},
				}
			},
			address:   &addressForm{key: "serverUrl", headers: "headers"},
			reference: "${env:LANGSMITH_API_KEY}",
			expands:   "${",
			nextStep:  "Restart the editor; its agent's MCP settings list the server.",
			keySource: "Set LANGSMITH_API_KEY where the editor sees it: in the shell that starts it, or for the whole desktop session. " +
				"If the server still finds none, run this again with --with-key.",
		},
		// Docs/tools/mcp-server.md and docs/reference/configuration.md of google-
		// gemini/gemini-cli. Variables whose names contain KEY are withheld from servers
		// unless the entry names them; an unset one becomes empty (version 0.61.0 does
		// so). The settings go through strip-json-comments, so comments are fine. Version
		// 0.61.0 itself writes url with "type": "http".
		{
			Client: Client{Name: "gemini-cli", Title: "Gemini CLI"},
			format: jsonFormat{servers: "mcpServers"},
			locations: func(h Host) []location {
				dir := filepath.Join(cmp.Or(h.Getenv("GEMINI_CLI_HOME"), h.Home), ".gemini")
				return []location{{file: filepath.Join(dir, "settings.json"), folder: dir}}
			},
			commands:  []string{"gemini"},
			reference: "$LANGSMITH_API_KEY",
			address:   &addressForm{key: "url", kind: "http", headers: "headers"},
			expands:   "$",
			nextStep:  "Start gemini again, in a folder that it trusts; /mcp lists the server.",
			keySource: "Set LANGSMITH_API_KEY in the shell that starts gemini.",
		},
		// "Model Context Protocol" on developers.openai.com/codex:
		// $CODEX_HOME/config.toml, tables [mcp_servers.NAME], and env_vars for the
		// variables to pass to the server; it gets no others. Versions 0.169.0 and 0.171.0 list
		// the server as it is written here. http_headers and env_http_headers are on the same
		// page.
		{
			Client: Client{Name: "codex-cli", Title: "Codex CLI"},
			format: tomlFormat{servers: "mcp_servers"},
			locations: func(h Host) []location {
				dir := cmp.Or(h.Getenv("CODEX_HOME"), h.home(".codex"))
				return []location{{file: filepath.Join(dir, "config.toml"), folder: dir}}
			},
			commands:  []string{"codex"},
			passesKey: true,
			address:   &addressForm{key: "url", headers: "http_headers"},
			nextStep:  "Start codex again; /mcp lists the server.",
			keySource: "Set LANGSMITH_API_KEY in the shell that starts codex.",
		},
	}
}

const (
	claudeDesktopFile = "claude_desktop_config.json"
	windsurfFile      = "mcp_config.json"
)
