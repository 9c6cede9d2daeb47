package release_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

func TestReproducibleBuild(t *testing.T) {
	first, second := readContents(t, folderFrom(t, "FIRST")), readContents(t, folderFrom(t, "SECOND"))
	if len(first) != len(second) || len(first) < 20 {
		t.Errorf("%d files in one folder, %d in the other", len(first), len(second))
	}
	for file, content := range first {
		if second[file] != content {
			t.Errorf("%s differs between two folders", file)
		}
	}
	for file, content := range readContents(t, folderFrom(t, "REBUILT")) {
		if first[file] != content {
			t.Errorf("%s differs when it is compiled again", file)
		}
	}
}

func TestChecksums(t *testing.T) {
	files := readContents(t, folderFrom(t, "FIRST"))
	var want strings.Builder
	var listed int
	for line := range strings.Lines(files["SHA256SUMS"]) {
		_, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		fmt.Fprintf(&want, "%x  %s\n", sha256.Sum256([]byte(files[file])), file)
		listed++
	}
	// Six archives, the bundle and the registry's entry.
	if files["SHA256SUMS"] != want.String() || listed != 8 {
		t.Errorf("SHA256SUMS is\n%s, want\n%s", files["SHA256SUMS"], want.String())
	}
}
