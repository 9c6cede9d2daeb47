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

// rooms are the parts of the program in the order of a call's way: imports lead
// from one to itself or a later one, never back.
var rooms = []string{"main", "server", "tools", "langsmith", "langsmith/sandbox"}

// room is the one that a package belongs to, -1 for what is not the program.
func room(pkg string) int {
	switch first, _, _ := strings.Cut(pkg, "/"); {
	case pkg == "":
		return 0
	case pkg == "langsmith/sandbox", strings.HasPrefix(pkg, "langsmith/sandbox/"):
		return 4
	default:
		return slices.Index(rooms, first)
	}
}

// goPackage is one package of the module, without its tests.
type goPackage struct {
	ImportPath, Doc string
	Imports         []string
}

// goPackages are the module's packages by their path inside it.
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
		packages[within(p.ImportPath)] = p
	}
}

// within is the path of a package inside the module.
func within(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

// TestImportDirection compares every import with the order of the rooms.
func TestImportDirection(t *testing.T) {
	for pkg, p := range goPackages(t) {
		from := room(pkg)
		if from < 0 {
			continue
		}
		switch path.Base(pkg) {
		case "util", "utils", "common", "helpers":
			t.Errorf("%s is too general a name", pkg)
		}
		for _, imported := range p.Imports {
			if strings.Contains(imported, "mcp-go") && rooms[from] != "server" {
				t.Errorf("%s knows of the protocol: it imports %s", pkg, imported)
			}
			if imported != module && !strings.HasPrefix(imported, module+"/") {
				continue
			}
			to := room(within(imported))
			if to < from {
				t.Errorf("%s imports %s, against the way of a call", pkg, imported)
			}
			// Who speaks to LangSmith does not know that there is a sandbox,
			// but for the part that puts it there.
			if rooms[max(to, 0)] == "langsmith/sandbox" && from != to && rooms[from] != "server" {
				t.Errorf("%s imports the sandbox", pkg)
			}
		}
	}
}

// layers are the packages inside server and tools. A package imports those in
// layers below its own, and none beside it or above.
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

// TestImportDirectionInsideRooms compares the imports inside server and tools with the
// layers.
func TestImportDirectionInsideRooms(t *testing.T) {
	layerOf := map[string]int{}
	for i, layer := range layers {
		for _, pkg := range layer {
			layerOf[pkg] = i
		}
	}
	packages := goPackages(t)
	for pkg, p := range packages {
		if from := room(pkg); from < 0 || rooms[from] != "server" && rooms[from] != "tools" {
			continue
		}
		layer, ok := layerOf[pkg]
		if !ok {
			t.Errorf("%s is in none of the layers", pkg)
			continue
		}
		for _, imported := range p.Imports {
			below, ok := layerOf[within(imported)]
			if ok && strings.HasPrefix(imported, module) && below <= layer {
				t.Errorf("%s imports %s, which is not below it", pkg, imported)
			}
		}
	}
	for pkg := range layerOf {
		if _, ok := packages[pkg]; !ok {
			t.Errorf("the layers have %s, which there is not", pkg)
		}
	}
}

// TestGRPCIsNotLinked keeps gRPC, which OpenTelemetry's own clients bring, out of the
// program: nothing here speaks it.
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
