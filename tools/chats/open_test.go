package chats_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langsmith-insights-mcp/tools/chats"
)

// folder returns a folder of chats, and a file outside it.
func folder(t testing.TB) (inside, outside string) {
	t.Helper()
	top := t.TempDir()
	inside, outside = filepath.Join(top, "chats"), filepath.Join(top, "secret.jsonl")
	for _, err := range []error{
		os.Mkdir(inside, 0o755),
		os.Mkdir(filepath.Join(inside, "2026"), 0o755),
		os.WriteFile(outside, []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(inside, "march.jsonl"), []byte("march"), 0o600),
		os.WriteFile(filepath.Join(inside, "2026", "april.jsonl"), []byte("april"), 0o600),
		os.WriteFile(filepath.Join(inside, "notes.txt"), nil, 0o600),
		os.Symlink("2026/april.jsonl", filepath.Join(inside, "latest.jsonl")),
		os.Symlink("../secret.jsonl", filepath.Join(inside, "relative.jsonl")),
		os.Symlink(outside, filepath.Join(inside, "absolute.jsonl")),
		os.Symlink("..", filepath.Join(inside, "up")),
		os.Symlink("loop", filepath.Join(inside, "loop")),
		os.Symlink("/dev/zero", filepath.Join(inside, "zero.jsonl")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return inside, outside
}

func contents(t testing.TB, file *os.File) string {
	t.Helper()
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOpen(t *testing.T) {
	inside, _ := folder(t)
	for path, want := range map[string]string{
		"march.jsonl": "march", "./march.jsonl": "march", "2026/april.jsonl": "april",
		"2026/../march.jsonl": "march", "latest.jsonl": "april",
	} {
		file, err := chats.Open(inside, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := contents(t, file); got != want {
			t.Errorf("%s has the content %q, want %q", path, got, want)
		}
	}
}

func TestOpenStaysInFolder(t *testing.T) {
	inside, outside := folder(t)
	makePipe(t, filepath.Join(inside, "pipe.jsonl"))
	for _, path := range []string{
		"../secret.jsonl", "2026/../../secret.jsonl", outside, filepath.Join(inside, "march.jsonl"), "/etc/passwd",
		"relative.jsonl", "absolute.jsonl", "up/secret.jsonl", "up/chats/march.jsonl", "loop", "zero.jsonl", "pipe.jsonl",
		"", ".", "2026", "missing.jsonl", "march.jsonl/x", "march.jsonl\x00", strings.Repeat("x", 10_000),
	} {
		file, err := chats.Open(inside, path)
		if err == nil {
			t.Errorf("%.40q was opened: %q", path, contents(t, file))
			continue
		}
		var refused *chats.PathError
		if !errors.As(err, &refused) {
			t.Errorf("%.40q: %v is not a PathError", path, err)
		}
		if text := err.Error(); strings.Contains(text, inside) || len(text) > 200 {
			t.Errorf("%.40q: the error shows a path of the machine or is too long: %s", path, text)
		}
	}
}

func TestOpenSuggestsFiles(t *testing.T) {
	inside, _ := folder(t)
	_, err := chats.Open(inside, "missing.jsonl")
	var refused *chats.PathError
	if !errors.As(err, &refused) || len(refused.Suggestions) != 1 || refused.Suggestions[0] != "march.jsonl" {
		t.Errorf("the error is %+v", err)
	}
}

func TestOpenMissingFolder(t *testing.T) {
	if _, err := chats.Open(filepath.Join(t.TempDir(), "missing"), "march.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, path := range []string{"march.jsonl", "../secret.jsonl", "up/secret.jsonl", "2026//./april.jsonl", "/", "..", "latest.jsonl/../../secret.jsonl", "~", "a\x00b", `..\secret.jsonl`} {
		f.Add(path)
	}
	inside, _ := folder(f)
	f.Fuzz(func(t *testing.T, path string) {
		file, err := chats.Open(inside, path)
		if err != nil {
			return
		}
		if got := contents(t, file); got != "march" && got != "april" && got != "" {
			t.Errorf("%q has the content %q", path, got)
		}
	})
}
