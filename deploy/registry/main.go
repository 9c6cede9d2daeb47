// Command registry writes server.json, the entry of a built release for the MCP registry.
// It is not committed, because it contains the version and the bundle's checksum.
// mcp-publisher publishes it.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"langsmith-insights-mcp/deploy/release/project"
)

func main() {
	dist := flag.String("dist", "dist", "the folder of the release")
	flag.Parse()
	if err := write(*dist); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dist string) error {
	release, err := project.ReadRelease(dist)
	if err != nil {
		return err
	}
	bundle, err := os.ReadFile(filepath.Join(dist, project.Bundle(release.Stamp.Version)))
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(newEntry(release, sha256.Sum256(bundle)), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "server.json"), append(text, '\n'), 0o644)
}
