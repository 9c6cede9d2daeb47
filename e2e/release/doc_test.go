// Package release_test tests the files that deploy/release/build has built, in the folders
// that run names.
package release_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const name = "langsmith-insights-mcp"

// folderFrom returns the folder of the release that a variable names.
func folderFrom(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s names no folder: e2e/release/run builds the release and sets it", variable)
	}
	return path
}

// programPath returns the path of the program for a system and architecture.
func programPath(dist, goos, arch string) string {
	file := name
	if goos == "windows" {
		file += ".exe"
	}
	return filepath.Join(dist, "stage", goos+"_"+arch, file)
}

// readContents reads every file below a folder, by its path in it.
func readContents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		relative, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(relative)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func onlyOne[T any](t *testing.T, values []T) T {
	t.Helper()
	if len(values) != 1 {
		t.Fatalf("want one, not %v", values)
	}
	return values[0]
}

func findFile(t *testing.T, dist, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dist, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return onlyOne(t, found)
}
