package identity

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// noOwner is the owner in home.json until the project has one on GitHub. Until then a
// release can be built and checked, but not published.
const noOwner = "OWNER"

//go:embed home.json
var homeJSON []byte

// Home is the project's repository on GitHub. home.json is the only place that names it.
type Home struct {
	Owner      string `json:"owner"`
	Repository string `json:"repository"`
}

var partOfHome = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// ReadHome returns the project's home. It panics if the embedded home.json is invalid; a
// test reads it.
func ReadHome() Home {
	var home Home
	if err := json.Unmarshal(homeJSON, &home); err != nil {
		panic(fmt.Errorf("home.json: %w", err))
	}
	if !partOfHome.MatchString(home.Owner) || !partOfHome.MatchString(home.Repository) {
		panic("home.json: want an owner and a repository as GitHub spells them")
	}
	return home
}

// IsChosen reports whether the project has an owner yet.
func (h Home) IsChosen() bool { return h.Owner != noOwner }

// Website is the URL of the page about the server, "" until there is one.
func (h Home) Website() string {
	if !h.IsChosen() {
		return ""
	}
	return h.URL()
}

// URL is the repository's URL.
func (h Home) URL() string { return "https://github.com/" + h.Owner + "/" + h.Repository }

// ServerName is the name in the MCP registry.
func (h Home) ServerName() string { return "io.github." + h.Owner + "/" + h.Repository }

// Download is the URL of a file of a version's release.
func (h Home) Download(version, file string) string {
	return h.URL() + "/releases/download/v" + version + "/" + file
}

// Icon is the URL of a version's icon.
func (h Home) Icon(version string) string {
	return "https://raw.githubusercontent.com/" + h.Owner + "/" + h.Repository + "/v" + version + "/server/identity/icon.png"
}

// Image is the name of a version's container image, which must be in lower case.
func (h Home) Image(version string) string {
	return "ghcr.io/" + strings.ToLower(h.Owner+"/"+h.Repository) + ":" + version
}
