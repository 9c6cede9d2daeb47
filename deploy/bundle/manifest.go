package main

import (
	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/identity"
	"langsmith-insights-mcp/tools"
)

// manifest is a bundle's manifest.json, as MANIFEST.md of modelcontextprotocol/mcpb
// describes it.
type manifest struct {
	ManifestVersion  string            `json:"manifest_version"`
	Name             string            `json:"name"`
	DisplayName      string            `json:"display_name"`
	Version          string            `json:"version"`
	Description      string            `json:"description"`
	LongDescription  string            `json:"long_description"`
	Author           author            `json:"author"`
	Repository       *repository       `json:"repository,omitempty"`
	Homepage         string            `json:"homepage,omitempty"`
	Icon             string            `json:"icon"`
	License          string            `json:"license"`
	Keywords         []string          `json:"keywords"`
	Server           serverEntry       `json:"server"`
	UserConfig       map[string]option `json:"user_config"`
	Tools            []namedTool       `json:"tools"`
	PromptsGenerated bool              `json:"prompts_generated"`
	Compatibility    compatibility     `json:"compatibility"`
}

type author struct {
	Name string `json:"name"`
}

type repository struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type serverEntry struct {
	Type       string    `json:"type"`
	EntryPoint string    `json:"entry_point"`
	MCPConfig  mcpConfig `json:"mcp_config"`
}

type mcpConfig struct {
	Command           string                      `json:"command"`
	Args              []string                    `json:"args"`
	Env               map[string]string           `json:"env"`
	PlatformOverrides map[string]platformOverride `json:"platform_overrides"`
}

// platformOverride replaces a part of mcpConfig on one system.
type platformOverride struct {
	Command string `json:"command"`
}

type namedTool struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type compatibility struct {
	Platforms []string `json:"platforms"`
}

// iconFile is the icon's name in the bundle.
const iconFile = "icon.png"

func newManifest(home identity.Home, version string) (manifest, error) {
	m := manifest{
		ManifestVersion: "0.4", // the newest that the official tool supports
		Name:            project.Name,
		DisplayName:     identity.Title,
		Version:         version,
		Description:     identity.Description,
		LongDescription: "Starts LangSmith's Insights Agent over a tracing project, waits for its report, reads it, and goes " +
			"from a finding to the traces behind it. A report costs money in your LangSmith workspace; one call starts at most one.",
		Author:           author{project.Authors},
		Icon:             iconFile,
		License:          "MIT",
		Keywords:         project.Keywords,
		PromptsGenerated: true,
		Compatibility:    compatibility{[]string{"darwin", "win32", "linux"}},
	}
	if home.IsChosen() {
		m.Repository = &repository{"git", home.URL()}
		m.Homepage = home.Website()
	}
	for _, tool := range tools.All() {
		m.Tools = append(m.Tools, namedTool{tool.Name, tool.Title})
	}
	overrides := map[string]platformOverride{}
	for platform := range programs {
		overrides[platform] = platformOverride{"${__dirname}/" + programPath(platform)}
	}
	options, env, err := userConfig()
	if err != nil {
		return manifest{}, err
	}
	m.UserConfig = options
	m.Server = serverEntry{
		Type:       "binary",
		EntryPoint: programPath("darwin"),
		MCPConfig: mcpConfig{
			Command: overrides["darwin"].Command, Args: []string{"stdio"}, Env: env, PlatformOverrides: overrides,
		},
	}
	return m, nil
}
