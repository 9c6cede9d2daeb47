// Package project has the common data of a release: its version and commit, as recorded in
// the programs, the names of its files, and the settings that hosts ask for.
package project

import (
	"debug/buildinfo"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/identity"
)

// Name is the program's name, with which the files of a release begin.
const Name = "langsmith-insights-mcp"

// Keywords are the keywords for catalogues of servers.
var Keywords = []string{"langsmith", "insights", "traces", "observability"}

// Authors is the name in LICENSE.
const Authors = "The langsmith-insights-mcp authors"

// Release is a built release: the project's home, and the version and commit.
type Release struct {
	Home  identity.Home
	Stamp Stamp
}

// ReadRelease reads the home, and the stamp of the program for linux/amd64, which all
// programs of the release share.
func ReadRelease(dist string) (Release, error) {
	stamp, err := ReadStamp(Built(dist, "linux", "amd64"))
	return Release{identity.ReadHome(), stamp}, err
}

// AnyArch is the architecture of the program that runs on both architectures of macOS.
const AnyArch = "all"

// Program is the file name of the program on a system.
func Program(goos string) string {
	if goos == "windows" {
		return Name + ".exe"
	}
	return Name
}

// Built is the path of the program for a system and architecture in the release's folder.
func Built(dist, goos, arch string) string {
	return filepath.Join(dist, "stage", goos+"_"+arch, Program(goos))
}

// Bundle is the name of a version's bundle for desktop hosts.
func Bundle(version string) string { return Name + "_" + version + ".mcpb" }

// Archive is the name of a version's archive for a system and architecture.
func Archive(version, goos, arch string) string {
	name := Name + "_" + version + "_" + goos + "_" + arch
	if goos == "windows" {
		return name + ".zip"
	}
	return name + ".tar.gz"
}

// Stamp is the version and the commit that the Go toolchain recorded in a program.
type Stamp struct {
	Version string // without "v": 1.2.3, or 0.0.0-20060102150405-COMMIT without a tag
	Commit  string
	Time    time.Time // of the commit
}

// ReadStamp reads the stamp of a built program for any system.
func ReadStamp(path string) (Stamp, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return Stamp{}, err
	}
	stamp := Stamp{Version: strings.TrimPrefix(info.Main.Version, "v"), Commit: setting(info, "vcs.revision")}
	stamp.Time, err = time.Parse(time.RFC3339, setting(info, "vcs.time"))
	if err != nil || stamp.Commit == "" || stamp.Version == "" {
		return Stamp{}, fmt.Errorf("%s has no record of its commit: build the release in a git repository", path)
	}
	return stamp, nil
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// Setting is a variable that a host asks the user for.
type Setting struct {
	Variable, Title, Meaning string
	Sensitive                bool
}

// userSettings are those of the server's variables that hosts ask the user for.
var userSettings = []Setting{
	{Variable: "LANGSMITH_API_KEY", Title: "LangSmith API key", Sensitive: true},
	{Variable: "LANGSMITH_ENDPOINT", Title: "LangSmith endpoint"},
	{Variable: "LANGSMITH_WORKSPACE_ID", Title: "Workspace ID"},
	{Variable: "LANGSMITH_PROJECT", Title: "Default project"},
}

// Settings returns the settings that hosts ask the user for. None is required, because the
// profile of LangSmith's CLI may have a key. None has a default, because that would override
// the profile; the server treats an empty value and an unreplaced reference as unset.
func Settings() ([]Setting, error) {
	known := config.Variables()
	settings := slices.Clone(userSettings)
	for i, s := range settings {
		j := slices.IndexFunc(known, func(v config.Variable) bool { return v.Names[0] == s.Variable })
		if j < 0 {
			return nil, fmt.Errorf("the server reads no variable %s", s.Variable)
		}
		settings[i].Meaning = Sentence(strings.ReplaceAll(known[j].Meaning, "`", ""))
	}
	return settings, nil
}

// Sentence turns a setting's meaning into a sentence.
func Sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
