package server

import (
	"runtime/debug"
	"strings"
)

// version is set by a build that sees no repository, as in a container.
var version = ""

// Version is the program's version without a leading "v": the one it was built
// with, else what the Go toolchain knows, which is the tag, or the time and the
// commit; else "dev".
func Version() string {
	if version != "" {
		return strings.TrimPrefix(version, "v")
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "dev"
}

// UserAgent is what LangSmith sees of this server.
func UserAgent() string { return Name + "-mcp/" + Version() }
