package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"

	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/identity"
	"langsmith-insights-mcp/server/install"
)

const (
	// pluginName and pluginServer are short, because Claude Code calls a tool
	// mcp__plugin_PLUGIN_SERVER__TOOL, and Anthropic's API takes 64 characters.
	pluginName   = "insights"
	pluginServer = "ls"
)

// files returns the generated files by their path below the repository's root.
func files(root string) (map[string][]byte, error) {
	version, err := newestVersion(root)
	if err != nil {
		return nil, err
	}
	extension, err := geminiExtension(version)
	if err != nil {
		return nil, err
	}
	skill, err := skill()
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{"skills/" + skillName + "/SKILL.md": skill}
	for name, content := range map[string]any{
		".claude-plugin/plugin.json":      claudePlugin(version),
		".claude-plugin/marketplace.json": claudeMarketplace(),
		"gemini-extension.json":           extension,
	} {
		text, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return nil, err
		}
		all[name] = append(text, '\n')
	}
	return all, nil
}

var versionHeading = regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+\S*)$`)

// newestVersion returns the newest version with a heading in the changelog, which a release
// needs before its tag; 0.0.0 before the first.
func newestVersion(root string) (string, error) {
	changes, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return "", err
	}
	if found := versionHeading.FindSubmatch(changes); found != nil {
		return string(found[1]), nil
	}
	return "0.0.0", nil
}

// server is an entry that starts the program, which is on the PATH.
type server struct {
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env,omitempty"`
}

type person struct {
	Name string `json:"name"`
}

// plugin is a plugin's manifest, as "Plugins reference" on code.claude.com/docs
// describes it. Skills are found in skills/.
type plugin struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	Author      person            `json:"author"`
	Homepage    string            `json:"homepage,omitempty"`
	Repository  string            `json:"repository,omitempty"`
	License     string            `json:"license"`
	Keywords    []string          `json:"keywords"`
	Servers     map[string]server `json:"mcpServers"`
}

func claudePlugin(version string) plugin {
	home := identity.ReadHome()
	return plugin{
		Name: pluginName, Version: version, Description: identity.Description, Author: person{project.Authors},
		Homepage: home.Website(), Repository: home.Website(), License: "MIT", Keywords: project.Keywords,
		Servers: map[string]server{pluginServer: {
			Command: project.Name, Args: []string{string(config.Stdio)},
			Env: map[string]string{"LANGSMITH_API_KEY": "${LANGSMITH_API_KEY:-}"},
		}},
	}
}

// marketplace is a marketplace of plugins for Claude Code.
type marketplace struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Owner       person   `json:"owner"`
	Plugins     []listed `json:"plugins"`
}

type listed struct {
	Name        string `json:"name"`
	Source      string `json:"source"`
	Description string `json:"description"`
}

// claudeMarketplace returns the marketplace with the plugin, which is this repository too.
func claudeMarketplace() marketplace {
	return marketplace{
		Name: project.Name, Description: identity.Description, Owner: person{project.Authors},
		Plugins: []listed{{pluginName, "./", identity.Description}},
	}
}

// extension is an extension's manifest, as docs/extensions/reference.md of
// google-gemini/gemini-cli describes it.
type extension struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	Servers     map[string]server `json:"mcpServers"`
	Settings    []setting         `json:"settings"`
}

type setting struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Variable    string `json:"envVar"`
	Sensitive   bool   `json:"sensitive"`
}

// geminiExtension returns the extension with the server's settings: of the user's variables,
// Gemini CLI passes on only those that the extension has settings for.
func geminiExtension(version string) (extension, error) {
	e := extension{
		Name: identity.Name, Version: version, Description: identity.Description,
		Servers: map[string]server{install.ServerName: {Command: project.Name, Args: []string{string(config.Stdio)}}},
	}
	settings, err := project.Settings()
	for _, s := range settings {
		e.Settings = append(e.Settings, setting{s.Title, s.Meaning, s.Variable, s.Sensitive})
	}
	return e, err
}
