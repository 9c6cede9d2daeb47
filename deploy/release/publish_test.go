package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublish runs publish with commands that only record their arguments: a version with
// a suffix is published as a prerelease, and after the checks.
func TestPublish(t *testing.T) {
	for version, want := range map[string]string{"1.2.3": "--latest", "1.2.4-rc.1": "--prerelease"} {
		t.Run(version, func(t *testing.T) {
			root := t.TempDir()
			script, err := os.ReadFile("publish")
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{"deploy/release/publish": string(script), "dist/SHA256SUMS": "", "bin/node": "#!/bin/sh\necho " + version + "\n"}
			for _, name := range []string{"go", "gh", "docker", "sha256sum"} {
				files["bin/"+name] = "#!/bin/sh\necho " + name + " \"$@\" >>" + root + "/called\n"
			}
			for name, content := range files {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			publish := exec.Command(filepath.Join(root, "deploy/release/publish"))
			publish.Env = append(os.Environ(), "PATH="+filepath.Join(root, "bin")+":"+os.Getenv("PATH"), "GITHUB_ACTOR=somebody", "GH_TOKEN=none")
			if out, err := publish.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			called, err := os.ReadFile(filepath.Join(root, "called"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(called), "\ngh release create v"+version+" --verify-tag "+want+" ") {
				t.Errorf("%s is not published with %s:\n%s", version, want, called)
			}
			if !strings.HasPrefix(string(called), "go run ./deploy/release publishable\nsha256sum --check") {
				t.Errorf("published before the checks:\n%s", called)
			}
		})
	}
}
