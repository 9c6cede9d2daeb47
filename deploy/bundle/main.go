// Command bundle writes the folder of the bundle for Claude Desktop: the built programs,
// and a manifest generated from the server's lists of tools and settings.
// deploy/bundle/pack runs it, and then the official tool, which validates and packs the
// folder.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/identity"
)

func main() {
	dist := flag.String("dist", "dist", "the folder of the release")
	flag.Parse()
	if err := writeFolder(*dist, filepath.Join(*dist, "stage", "bundle")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// programs are the programs of the bundle by the manifest's name of the system. A manifest
// cannot distinguish architectures (modelcontextprotocol/mcpb#10): macOS gets one program
// for both, Windows on arm64 emulates amd64, and Linux gets amd64 only.
var programs = map[string]struct{ goos, arch string }{
	"darwin": {"darwin", project.AnyArch},
	"win32":  {"windows", "amd64"},
	"linux":  {"linux", "amd64"},
}

// writeFolder writes the folder that the official tool packs.
func writeFolder(dist, folder string) error {
	release, err := project.ReadRelease(dist)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for platform, program := range programs {
		err := copyFile(filepath.Join(folder, programPath(platform)), project.Built(dist, program.goos, program.arch), 0o755)
		if err != nil {
			return err
		}
	}
	if err := copyFile(filepath.Join(folder, "LICENSE"), "LICENSE", 0o644); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(folder, iconFile), identity.IconPNG, 0o644); err != nil {
		return err
	}
	m, err := newManifest(release.Home, release.Stamp.Version)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, "manifest.json"), append(text, '\n'), 0o644)
}

// programPath returns the path of a system's program in the bundle.
func programPath(platform string) string {
	return "server/" + platform + "/" + project.Program(programs[platform].goos)
}

func copyFile(to, from string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, content, mode)
}

// writeFile writes a file with exactly this mode, without the umask, because the bundle
// contains the mode.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}
