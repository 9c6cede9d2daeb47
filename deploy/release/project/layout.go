package project

import "path/filepath"

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
