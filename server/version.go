package server

import "runtime/debug"

// version is set by the release build.
var version = ""

// Version is the program's version: that of the release, else what the Go
// toolchain knows, else "dev".
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// userAgent is what LangSmith sees of this server.
func userAgent() string { return Name + "-mcp/" + Version() }
