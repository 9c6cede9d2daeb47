package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "langsmith-insights-mcp"

// parts are the parts of the program in the order in which a call passes through them. A
// part may import itself and later ones.
var parts = []string{"main", "server", "tools", "langsmith", "langsmith/sandbox"}

// partOf returns the index of the part that a package belongs to; -1 for none.
func partOf(pkg string) int {
	switch first, _, _ := strings.Cut(pkg, "/"); {
	case pkg == "":
		return 0
	case pkg == "langsmith/sandbox", strings.HasPrefix(pkg, "langsmith/sandbox/"):
		return 4
	default:
		return slices.Index(parts, first)
	}
}

// goPackage is one package of the module, without its tests.
type goPackage struct {
	ImportPath, Doc string
	Imports         []string
}

// goPackages returns the module's packages by their path in it.
func goPackages(t *testing.T) map[string]goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]goPackage{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[modulePath(p.ImportPath)] = p
	}
}

// modulePath returns the path of a package in the module.
func modulePath(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

// TestImportDirection compares every import with the order of the parts.
func TestImportDirection(t *testing.T) {
	for pkg, p := range goPackages(t) {
		from := partOf(pkg)
		if from < 0 {
			continue
		}
		switch path.Base(pkg) {
		case "util", "utils", "common", "helpers":
			t.Errorf("%s is too general a name", pkg)
		}
		for _, imported := range p.Imports {
			if strings.Contains(imported, "mcp-go") && parts[from] != "server" {
				t.Errorf("%s depends on the protocol: it imports %s", pkg, imported)
			}
			if imported != module && !strings.HasPrefix(imported, module+"/") {
				continue
			}
			to := partOf(modulePath(imported))
			if to < from {
				t.Errorf("%s imports %s, which is an earlier part", pkg, imported)
			}
			// Only server uses the sandbox instead of LangSmith.
			if parts[max(to, 0)] == "langsmith/sandbox" && from != to && parts[from] != "server" {
				t.Errorf("%s imports the sandbox", pkg)
			}
		}
	}
}

// layers are the packages of server and tools. A package may import those of lower layers
// only.
var layers = [][]string{
	{"server/servertest"},
	{"server/cli"},
	{"server"},
	{"server/catalog", "server/doctor", "server/install", "server/prompts", "server/stdio", "server/telemetry", "server/web"},
	{"server/auth", "server/tasks"},
	{"server/config", "server/doctor/shape", "server/identity", "server/jsonrpc"},

	{"tools"},
	{"tools/app", "tools/collect", "tools/compare", "tools/start"},
	{"tools/configs", "tools/runs"},
	{"tools/chats", "tools/dryrun", "tools/jobs"},
	{"tools/tool"},
	{"tools/advice", "tools/cost", "tools/paid", "tools/preview", "tools/schedule", "tools/scope", "tools/watch"},
	{"tools/wording"},
	{"tools/markdown", "tools/paid/state", "tools/report"},
	{"tools/paid/state/redistest"},
}

// TestImportDirectionInsideParts compares the imports inside server and tools with the
// layers.
func TestImportDirectionInsideParts(t *testing.T) {
	layerOf := map[string]int{}
	for i, layer := range layers {
		for _, pkg := range layer {
			layerOf[pkg] = i
		}
	}
	packages := goPackages(t)
	for pkg, p := range packages {
		if from := partOf(pkg); from < 0 || parts[from] != "server" && parts[from] != "tools" {
			continue
		}
		layer, ok := layerOf[pkg]
		if !ok {
			t.Errorf("%s is in no layer", pkg)
			continue
		}
		for _, imported := range p.Imports {
			below, ok := layerOf[modulePath(imported)]
			if ok && strings.HasPrefix(imported, module) && below <= layer {
				t.Errorf("%s imports %s, which is in no lower layer", pkg, imported)
			}
		}
	}
	for pkg := range layerOf {
		if _, ok := packages[pkg]; !ok {
			t.Errorf("the layers have %s, which does not exist", pkg)
		}
	}
}

// TestGRPCIsNotLinked checks that the program does not link gRPC, which OpenTelemetry's own
// clients link and nothing here uses.
func TestGRPCIsNotLinked(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for linked := range strings.Lines(string(out)) {
		if strings.HasPrefix(linked, "google.golang.org/grpc") {
			t.Errorf("the program links %s", strings.TrimSpace(linked))
		}
	}
}
