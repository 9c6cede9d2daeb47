// Package project knows what everything that is released has in common: where
// the project lives, what a built program says of itself, and how the files of a
// release are called.
package project

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Name is the program's name, and the beginning of every file of a release.
const Name = "langsmith-insights-mcp"

// Authors is the name that stands in LICENSE.
const Authors = "The langsmith-insights-mcp authors"

// unchosen stands in home.json until the project has an owner on GitHub. Such a
// home serves to build and to check a release, and not to publish one.
const unchosen = "OWNER"

//go:embed home.json
var homeJSON []byte

// Home is where the project lives on GitHub: home.json, and nowhere else.
type Home struct {
	Owner      string `json:"owner"`
	Repository string `json:"repository"`
}

var partOfHome = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// ReadHome returns the project's home.
func ReadHome() (Home, error) {
	var home Home
	if err := json.Unmarshal(homeJSON, &home); err != nil {
		return home, fmt.Errorf("home.json: %w", err)
	}
	if !partOfHome.MatchString(home.Owner) || !partOfHome.MatchString(home.Repository) {
		return home, errors.New("home.json: want an owner and a repository as GitHub spells them")
	}
	return home, nil
}

// Chosen reports whether the project has an owner yet.
func (h Home) Chosen() bool { return h.Owner != unchosen }

// URL is the repository's address.
func (h Home) URL() string { return "https://github.com/" + h.Owner + "/" + h.Repository }

// ServerName is the name in the MCP registry.
func (h Home) ServerName() string { return "io.github." + h.Owner + "/" + h.Repository }

// Download is the address of a file of a version's release.
func (h Home) Download(version, file string) string {
	return h.URL() + "/releases/download/v" + version + "/" + file
}

// Image is a version's container image. Image names are in lower case.
func (h Home) Image(version string) string {
	return "ghcr.io/" + strings.ToLower(h.Owner+"/"+h.Repository) + ":" + version
}
