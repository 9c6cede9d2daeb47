// Command vulndb makes a database that govulncheck reads (go.dev/doc/security/vuln/database)
// of a folder of OSV entries. The Go team's own command links some hundred modules for
// the same.
//
//	go run ./.ci/vulndb golang.org/x/vulndb/data/osv DATABASE
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// entry is what the index needs of an OSV entry.
type entry struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
	Affected []struct {
		Module struct {
			Path string `json:"name"`
		} `json:"package"`
	} `json:"affected"`
}

type module struct {
	Path  string       `json:"path"`
	Vulns []moduleVuln `json:"vulns"`
}

// moduleVuln leaves out the optional version with the fix.
type moduleVuln struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(source, target string) error {
	files, err := filepath.Glob(filepath.Join(source, "GO-*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no entries in %s: %w", source, err)
	}
	for _, dir := range []string{"ID", "index"} {
		if err := os.MkdirAll(filepath.Join(target, dir), 0o755); err != nil {
			return err
		}
	}
	var newest time.Time
	modules := map[string]*module{}
	vulns := []map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := os.WriteFile(filepath.Join(target, "ID", e.ID+".json"), text, 0o644); err != nil {
			return err
		}
		if e.Modified.After(newest) {
			newest = e.Modified
		}
		vulns = append(vulns, map[string]any{"id": e.ID, "modified": e.Modified})
		for _, affected := range e.Affected {
			path := affected.Module.Path
			if modules[path] == nil {
				modules[path] = &module{Path: path}
			}
			modules[path].Vulns = append(modules[path].Vulns, moduleVuln{ID: e.ID, Modified: e.Modified})
		}
	}
	listed := []*module{}
	for _, m := range modules {
		listed = append(listed, m)
	}
	for name, content := range map[string]any{"db": map[string]any{"modified": newest}, "modules": listed, "vulns": vulns} {
		text, err := json.Marshal(content)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(target, "index", name+".json"), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
