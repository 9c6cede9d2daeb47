package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuick runs .ci/run quick in a small repository, with a go command that only prints its
// arguments, and checks what is vetted and tested after a change.
func TestQuick(t *testing.T) {
	script, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"bash", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	const documents = "go test ./server/cli ./deploy/extensions"
	for _, test := range []struct {
		name, change string
		says, not    string
	}{
		{"nothing", "true", "no file has changed", "go "},
		{"a document", "echo x >>docs/page.md", documents, "go vet"},
		{"the names in a document", "echo x >>docs/page.md", "go test . -run NamesInDocs", "go vet"},
		{"an embedded file", "echo x >>server/instructions.md", "go vet ./server\n", ""},
		{"the source of the page", "echo x >>tools/app/page/base.css", "the report page is up to date", ""},
		{"a golden file", "mkdir -p tools/testdata && echo x >tools/testdata/a.txt", "go vet ./tools\n", ""},
		{"a deleted file", "rm server/cli/gone.go", "go vet ./server/cli\n", ""},
		{"a module of its own", "echo x >>e2e/validators/a.go", "passed; .ci/run is the whole gate", "go "},
		{"a commit on main", "echo x >>server/cli/kept.go && git commit -qam change", documents, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for path, content := range map[string]string{
				".ci/run": string(script), "bin/go": "#!/bin/sh\necho go \"$@\"\n", "bin/gofmt": "#!/bin/sh\n",
				"docs/page.md": "", "server/server.go": "", "server/instructions.md": "", "server/cli/kept.go": "", "server/cli/gone.go": "",
				"tools/tools.go": "", "tools/app/app.go": "", "tools/app/page/base.css": "", "tools/app/page.html": "go run generate.go /dev/stdout\n", "e2e/validators/a.go": "",
			} {
				path = filepath.Join(folder, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			const prepare = "git init -qb main && git add . && git commit -qm first && git update-ref refs/remotes/origin/main HEAD && "
			command := exec.Command("bash", "-c", prepare+test.change+" && .ci/run quick")
			command.Dir = folder
			command.Env = []string{"PATH=" + filepath.Join(folder, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + folder,
				"GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com"}
			out, err := command.CombinedOutput()
			if err != nil || !strings.Contains(string(out), test.says) || test.not != "" && strings.Contains(string(out), "\n"+test.not) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestUnknownPart checks that an unknown part is refused with the list of all parts.
func TestUnknownPart(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	out, err := exec.Command("bash", ".ci/run", "oauth").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "oauth is not a part; the parts are: race tests lint e2e ") || !strings.Contains(string(out), " e2e/oauth ") {
		t.Errorf("%v\n%s", err, out)
	}
}
