// Command extensions generates the files that agent hosts install from this repository: the
// plugin for Claude Code with its marketplace, the extension for Gemini CLI, and the skill
// of both:
//
//	go run ./deploy/extensions
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write writes every file below the repository's root.
func write(root string) error {
	all, err := files(root)
	if err != nil {
		return err
	}
	for name, content := range all {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
