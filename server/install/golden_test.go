package install

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// testKey is in no file of testdata, so that tests can search for it.
const testKey = "lsv2_pt_the_key_of_this_test"

// oldKey is a credential that some entries in testdata have already.
const oldKey = "lsv2_pt_written_by_hand"

// testHost returns a Linux machine in a temporary folder, without any client.
func testHost(t *testing.T) Host {
	t.Helper()
	return Host{
		GOOS:     "linux",
		Home:     t.TempDir(),
		Getenv:   func(string) string { return "" },
		LookPath: func(string) (string, error) { return "", fs.ErrNotExist },
		Now:      func() time.Time { return time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC) },
	}
}

// options returns the options of an install on that machine.
func options(h Host, client string) Options {
	return Options{
		Client:  client,
		Command: "/usr/local/bin/langsmith-insights-mcp",
		Args:    []string{"stdio"},
		Env:     map[string]string{"LANGSMITH_PROJECT": "shop & co", "LANGSMITH_ENDPOINT": ""},
		Host:    h,
	}
}

// writeConfig writes a client's configuration file and returns its path.
func writeConfig(t *testing.T, h Host, client string, body []byte, mode fs.FileMode) string {
	t.Helper()
	c, err := findClient(client)
	if err != nil {
		t.Fatal(err)
	}
	path := c.locations(h)[0].file
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// golden compares got with a file of testdata.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, path); !bytes.Equal(got, want) {
		t.Errorf("%s differs; if the change is intended, run .ci/run update\n%s", path, udiff.Unified("want", "got", string(want), string(got)))
	}
}

// shapes returns the files of testdata, which are such as clients and users write.
func shapes(t *testing.T) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		if !strings.Contains(filepath.Base(path), ".golden") {
			all[path] = read(t, path)
		}
	}
	return all
}

// TestShapes installs into each file of testdata, twice, and uninstalls.
func TestShapes(t *testing.T) {
	for path, before := range shapes(t) {
		client := filepath.Base(filepath.Dir(path))
		t.Run(client+"/"+filepath.Base(path), func(t *testing.T) {
			h := testHost(t)
			config := writeConfig(t, h, client, before, 0o644)
			base := strings.TrimSuffix(path, filepath.Ext(path))
			ch, err := Install(options(h, client))
			if strings.HasPrefix(filepath.Base(path), "refused-") {
				checkRefused(t, h, config, before, err, base+".golden.txt")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			after := read(t, config)
			golden(t, base+".golden"+filepath.Ext(path), after)
			golden(t, base+".golden.diff", []byte(strings.ReplaceAll(ch.Diff, h.Home, "")))
			want := bytes.ReplaceAll(before, []byte(oldKey), []byte(redacted))
			if got := read(t, ch.Backup); !bytes.Equal(got, want) {
				t.Errorf("the backup differs from the original:\n%s", got)
			}

			again, err := Install(options(h, client))
			if err != nil || again.Changed || again.Backup != "" || again.Diff != "" {
				t.Errorf("the second time: %+v, %v", again, err)
			}
			if got := read(t, config); !bytes.Equal(got, after) {
				t.Errorf("the second time changed the file:\n%s", got)
			}
			if got := backups(t, config); len(got) != 1 {
				t.Errorf("backups: %q", got)
			}

			if _, err := Uninstall(options(h, client)); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(filepath.Base(path), "own-") {
				golden(t, base+".removed.golden"+filepath.Ext(path), read(t, config))
			} else if got := read(t, config); !bytes.Equal(got, before) {
				t.Errorf("uninstalled:\n%s\nbefore:\n%s", got, before)
			}
		})
	}
}

// checkRefused checks that the error names a file that cannot be edited, and that the file
// is not changed.
func checkRefused(t *testing.T, h Host, config string, before []byte, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatal("was not refused")
	}
	golden(t, want, []byte(strings.ReplaceAll(err.Error(), h.Home, "~")+"\n"))
	if got := read(t, config); !bytes.Equal(got, before) {
		t.Errorf("was changed:\n%s", got)
	}
	if got := backups(t, config); len(got) != 0 {
		t.Errorf("backups: %q", got)
	}
}

func backups(t *testing.T, config string) []string {
	t.Helper()
	names, err := filepath.Glob(config + backupMark + "*")
	if err != nil {
		t.Fatal(err)
	}
	return names
}
