package install

import (
	"cmp"
	"path/filepath"
)

// catalogue is the table of clients. Every fact in it has its source beside it;
// all were looked up in November 2026. Those of the desktop applications could not
// be tried, those of the command lines were on Linux.
func catalogue() []client {
	return []client{
		claudeDesktop(), claudeCode(), vsCode(), cursor(), windsurf(), geminiCLI(), codexCLI(),
	}
}

// claudeDesktop: "Connect to local MCP servers" on modelcontextprotocol.io gives
// the file for macOS and Windows; on Linux it is in Electron's usual place. It is
// plain JSON, ignored whole for one trailing comma. Servers get a minimal
// environment, and nothing in the file is replaced. Windows builds since February
// 2026 are MSIX packages, which see a folder of their own in place of %APPDATA%
// (anthropics/claude-code#26073); builds of October 2026 were seen to use
// Claude-Data. A file in %APPDATA% is then never read, so it comes last.
func claudeDesktop() client {
	const file = "claude_desktop_config.json"
	return client{
		Client: Client{Name: "claude-desktop", Title: "Claude Desktop"},
		format: jsonFormat{servers: "mcpServers"},
		locations: func(h Host) []location {
			var dirs []string
			if h.GOOS == "windows" {
				dirs = append(dirs, packages(h.localAppData("Claude-Data"), "claude", "", file)...)
				dirs = append(dirs, packages(h.localAppData("Packages"), "claude_", filepath.Join("LocalCache", "Roaming", "Claude"), file)...)
			}
			dirs = append(dirs, h.appData("Claude"))
			var places []location
			for _, dir := range dirs {
				places = append(places, location{file: filepath.Join(dir, file), sign: dir})
			}
			return places
		},
		plain: true,
		next:  "Quit Claude Desktop completely (closing the window is not enough) and open it again.",
		keys: "Claude Desktop hands no variables of yours to servers. Without a profile of the LangSmith " +
			"command line to find a key in, run this again with LANGSMITH_API_KEY_FILE set, or with --with-key.",
	}
}

// claudeCode: "MCP scopes" and "Environment variable expansion" on
// code.claude.com/docs/en/mcp. An unset ${NAME} reaches the server as that very
// text, so an empty default is given. CLAUDE_CONFIG_DIR moves the file
// (anthropics/claude-code#48448). Version 2.1.328 starts a server from what is
// written here, with the key and with an empty one.
func claudeCode() client {
	return client{
		Client: Client{Name: "claude-code", Title: "Claude Code"},
		format: jsonFormat{servers: "mcpServers"},
		locations: func(h Host) []location {
			if dir := h.Getenv("CLAUDE_CONFIG_DIR"); dir != "" {
				return []location{{file: filepath.Join(dir, ".claude.json"), sign: dir}}
			}
			return []location{{file: h.home(".claude.json"), sign: h.home(".claude")}}
		},
		commands:  []string{"claude"},
		entryType: "stdio",
		reference: "${NAME:-}",
		expands:   "${",
		plain:     true,
		next:      "Start a new session of Claude Code; /mcp lists the server.",
		keys:      "Set LANGSMITH_API_KEY in the shell that starts claude.",
	}
}

// vsCode: "MCP configuration reference" on code.visualstudio.com: servers and
// inputs, in mcp.json of the user profile; comments are allowed. An input of
// type promptString with "password" is asked for once and kept in VS Code's
// secret storage.
func vsCode() client {
	return client{
		Client: Client{Name: "vscode", Title: "VS Code"},
		format: jsonFormat{servers: "servers"},
		locations: func(h Host) []location {
			var places []location
			for _, edition := range []string{"Code", "Code - Insiders"} {
				places = append(places, location{
					file: h.appData(edition, "User", "mcp.json"),
					sign: h.appData(edition, "User"),
				})
			}
			return places
		},
		entryType: "stdio",
		prompts:   true,
		expands:   "${",
		next:      `Run "MCP: List Servers" in the Command Palette and start the server.`,
		keys:      "VS Code asks for the key when the server first starts, and keeps it in its secret storage.",
	}
}

// cursor: "Model Context Protocol" on cursor.com/docs: ~/.cursor/mcp.json on
// every system, ${env:NAME} in command, args, env, url and headers. What becomes
// of an unset variable is not documented.
func cursor() client {
	return client{
		Client: Client{Name: "cursor", Title: "Cursor"},
		format: jsonFormat{servers: "mcpServers"},
		locations: func(h Host) []location {
			return []location{{file: h.home(".cursor", "mcp.json"), sign: h.home(".cursor")}}
		},
		reference: "${env:NAME}",
		expands:   "${",
		next:      "Restart Cursor; its settings list the server under MCP.",
		keys:      "Set LANGSMITH_API_KEY where Cursor sees it: in the shell that starts it, or for the whole desktop session.",
	}
}

// windsurf: the editor is called Devin Desktop since June 2026. Since version
// 3.6.21 of July 2026 it reads ~/.config/devin/mcp_config.json, on Windows below
// %APPDATA% ("MCP Configuration" on docs.devin.ai/cli). Whether variables are
// replaced there is not documented, so none is referred to. Earlier versions read
// ~/.codeium/windsurf/mcp_config.json on every system, with ${env:NAME} in
// command, args and env ("Cascade MCP integration" on docs.windsurf.com); what
// becomes of an unset variable is not documented.
func windsurf() client {
	const file = "mcp_config.json"
	return client{
		Client: Client{Name: "windsurf", Title: "Windsurf (Devin Desktop)"},
		format: jsonFormat{servers: "mcpServers"},
		locations: func(h Host) []location {
			devin := h.home(".config", "devin")
			if h.GOOS == "windows" {
				devin = h.appData("devin")
			}
			cascade := h.home(".codeium", "windsurf")
			return []location{
				{file: filepath.Join(devin, file), sign: devin, literal: true},
				{file: filepath.Join(cascade, file), sign: cascade},
			}
		},
		reference: "${env:NAME}",
		expands:   "${",
		next:      "Restart the editor; its agent's MCP settings list the server.",
		keys: "Set LANGSMITH_API_KEY where the editor sees it: in the shell that starts it, or for the whole desktop session. " +
			"Should the server still find none, run this again with --with-key.",
	}
}

// geminiCLI: docs/tools/mcp-server.md and docs/reference/configuration.md of
// google-gemini/gemini-cli. Variables whose names contain KEY are withheld from
// servers unless the entry names them; an unset one becomes empty (version 0.61.0
// does so). The settings go through strip-json-comments, so comments are fine.
func geminiCLI() client {
	return client{
		Client: Client{Name: "gemini-cli", Title: "Gemini CLI"},
		format: jsonFormat{servers: "mcpServers"},
		locations: func(h Host) []location {
			dir := filepath.Join(cmp.Or(h.Getenv("GEMINI_CLI_HOME"), h.Home), ".gemini")
			return []location{{file: filepath.Join(dir, "settings.json"), sign: dir}}
		},
		commands:  []string{"gemini"},
		reference: "$NAME",
		expands:   "$",
		next:      "Start gemini again, in a folder that it trusts; /mcp lists the server.",
		keys:      "Set LANGSMITH_API_KEY in the shell that starts gemini.",
	}
}

// codexCLI: "Model Context Protocol" on developers.openai.com/codex:
// $CODEX_HOME/config.toml, tables [mcp_servers.NAME], and env_vars for the
// variables to hand on; others are withheld. Version 0.169.0 lists what is
// written here.
func codexCLI() client {
	return client{
		Client: Client{Name: "codex-cli", Title: "Codex CLI"},
		format: tomlFormat{servers: "mcp_servers"},
		locations: func(h Host) []location {
			dir := cmp.Or(h.Getenv("CODEX_HOME"), h.home(".codex"))
			return []location{{file: filepath.Join(dir, "config.toml"), sign: dir}}
		},
		commands:  []string{"codex"},
		reference: "NAME",
		next:      "Start codex again; /mcp lists the server.",
		keys:      "Set LANGSMITH_API_KEY in the shell that starts codex.",
	}
}
