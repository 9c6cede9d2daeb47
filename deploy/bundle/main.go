// Command bundle lays out the files of the bundle for Claude Desktop: the
// programs that were built and a manifest made from the server's own lists of
// tools and settings. deploy/bundle/pack calls it and has the official tool check
// and pack what it wrote.
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
	if err := layOut(*dist, filepath.Join(*dist, "stage", "bundle")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// programs are the bundle's, by the system as a manifest calls it. A manifest
// cannot tell architectures apart (modelcontextprotocol/mcpb#10): macOS gets one
// program for both, Windows on arm64 emulates amd64, and Linux, for which Claude
// Desktop was not made first, gets amd64 alone.
var programs = map[string]struct{ goos, arch string }{
	"darwin": {"darwin", project.AnyArch},
	"win32":  {"windows", "amd64"},
	"linux":  {"linux", "amd64"},
}

// layOut writes the folder that the official tool packs.
func layOut(dist, folder string) error {
	release, err := project.ReadRelease(dist)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for platform, program := range programs {
		err := copyFile(filepath.Join(folder, inBundle(platform)), project.Built(dist, program.goos, program.arch), 0o755)
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

// inBundle is where a system's program lies in the bundle.
func inBundle(platform string) string {
	return "server/" + platform + "/" + project.Program(programs[platform].goos)
}

func copyFile(to, from string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, content, mode)
}

// writeFile writes a file with exactly this mode, which goes into the bundle.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}
