package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"langsmith-insights-mcp/deploy/release/project"
)

// sums is the name of the file of checksums, in the format of sha256sum --check.
const sums = "SHA256SUMS"

// list writes the checksums of all files of the release, and prints them.
func list(out io.Writer, dist string) error {
	release, err := project.ReadRelease(dist)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	var lines strings.Builder
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s %s, commit %.12s of %s\n", project.Name, release.Stamp.Version, release.Stamp.Commit, release.Stamp.Time.UTC().Format("2006-01-02 15:04:05"))
	fmt.Fprintln(table, "file\tMB\tsha256")
	for _, entry := range entries {
		if entry.IsDir() || entry.Name() == sums {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dist, entry.Name()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		fmt.Fprintf(&lines, "%x  %s\n", sum, entry.Name())
		fmt.Fprintf(table, "%s\t%.2f\t%x\n", entry.Name(), float64(len(content))/1e6, sum)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, sums), []byte(lines.String()), 0o644)
}
