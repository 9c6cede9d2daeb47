package project

import "path/filepath"

// AnyArch stands for the architecture of a program that runs on both of macOS's.
const AnyArch = "all"

// Program is the file name of the program on a system.
func Program(goos string) string {
	if goos == "windows" {
		return Name + ".exe"
	}
	return Name
}

// Built is where the program for a system and architecture lies below the folder
// that a release is built in.
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
