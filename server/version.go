package server

import (
	"runtime/debug"
	"strings"

	"langsmith-insights-mcp/server/identity"
)

// version is set with -ldflags -X by a build outside the repository, as in a container.
var version = ""

// Version returns the program's version without a leading "v": the one that the
// build set, else the Go toolchain's (the tag, or the commit with its time), else "dev".
func Version() string {
	if version != "" {
		return strings.TrimPrefix(version, "v")
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "dev"
}

// UserAgent returns the User-Agent of requests to LangSmith.
func UserAgent() string { return identity.Name + "-mcp/" + Version() }
