package servertest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Updating reports whether the tests run with -update and rewrite their golden files.
func Updating() bool { return *update }

// Diff returns the lines in which two texts differ, without context.
func Diff(want, got string) string {
	edits := udiff.Lines(want, got)
	unified, err := udiff.ToUnified("want", "got", want, edits, 0)
	if err != nil {
		panic(err) // cannot happen: the edits are between these texts
	}
	return unified
}

// Golden compares got with a file below testdata/golden of the test's package,
// or rewrites the file when the tests run with -update.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs from the golden file; if the change is intended, run .ci/run update.\n%s", path, Diff(string(want), got))
	}
}

// GoldenUntil compares got with the part of a golden file before a mark. It never rewrites
// the file: another test does.
func GoldenUntil(t testing.TB, name, mark, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	want, _, found := strings.Cut(string(file), mark)
	if !found {
		t.Fatalf("%s has no %q", path, mark)
	}
	if got != want {
		t.Errorf("%s differs.\n%s", path, Diff(want, got))
	}
}
