package main

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/identity"
)

// schema is the version of the format. The end-to-end test of the release fails when the
// registry has a newer one.
const schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

// entry is the registry's server.json.
type entry struct {
	Schema      string     `json:"$schema"`
	Name        string     `json:"name"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	WebsiteURL  string     `json:"websiteUrl"`
	Repository  repository `json:"repository"`
	Icons       []icon     `json:"icons"`
	Version     string     `json:"version"`
	Packages    []pkg      `json:"packages"`
}

type icon struct {
	Src      string   `json:"src"`
	MIMEType string   `json:"mimeType"`
	Sizes    []string `json:"sizes"`
}

type repository struct {
	URL    string `json:"url"`
	Source string `json:"source"`
}

type pkg struct {
	RegistryType string     `json:"registryType"`
	Identifier   string     `json:"identifier"`
	FileSHA256   string     `json:"fileSha256,omitempty"`
	Transport    transport  `json:"transport"`
	Arguments    []argument `json:"packageArguments,omitempty"`
	Environment  []variable `json:"environmentVariables"`
}

type transport struct {
	Type string `json:"type"`
}

type argument struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type variable struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Format      string `json:"format"`
	Default     string `json:"default,omitempty"`
	Required    bool   `json:"isRequired"`
	Secret      bool   `json:"isSecret"`
}

func newEntry(release project.Release, bundle [sha256.Size]byte) entry {
	home, version := release.Home, release.Stamp.Version
	overStdio, environment := transport{"stdio"}, variables()
	return entry{
		Schema:      schema,
		Name:        home.ServerName(),
		Title:       identity.Title,
		Description: identity.Description,
		WebsiteURL:  home.URL(),
		Repository:  repository{home.URL(), "github"},
		Icons:       []icon{{home.Icon(version), identity.Icon().MIMEType, identity.Icon().Sizes}},
		Version:     version,
		Packages: []pkg{
			{
				RegistryType: "mcpb", Identifier: home.Download(version, project.Bundle(version)),
				FileSHA256: hex.EncodeToString(bundle[:]), Transport: overStdio, Environment: environment,
			},
			{
				// The image's default command is http.
				RegistryType: "oci", Identifier: home.Image(version),
				Arguments: []argument{{"positional", "stdio"}}, Transport: overStdio, Environment: environment,
			},
		},
	}
}

// secrets are the variables whose values clients must hide. A Redis URL may contain a
// password.
var secrets = []string{"LANGSMITH_API_KEY", "LANGSMITH_BEARER_TOKEN", config.EnvPrefix + "STATE"}

// variables lists the variables that the server reads over stdio.
func variables() []variable {
	var all []variable
	add := func(name, meaning, format, value string) {
		all = append(all, variable{
			Name: name, Description: strings.ReplaceAll(meaning, "`", ""), Format: format,
			Default: value, Secret: slices.Contains(secrets, name),
		})
	}
	for _, v := range config.Variables() {
		add(v.Names[0], v.Meaning, "string", "")
	}
	for _, s := range config.Settings() {
		if !s.AppliesTo(config.Stdio) {
			continue
		}
		format := "string"
		if s.IsSwitch() {
			format = "boolean"
		}
		add(s.Variable(), s.Meaning, format, s.Default[config.Stdio])
	}
	return all
}
