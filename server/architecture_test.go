package server_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
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

// goPackages are the module's packages and what each imports, without tests.
func goPackages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[within(p.ImportPath)] = p.Imports
	}
}

// within is the path of a package inside the module.
func within(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

// TestImportsLeadOneWay holds every import against the order of the rooms.
func TestImportsLeadOneWay(t *testing.T) {
	for pkg, imports := range goPackages(t) {
		from := room(pkg)
		if from < 0 {
			continue
		}
		switch path.Base(pkg) {
		case "util", "utils", "common", "helpers":
			t.Errorf("%s is a name that says nothing", pkg)
		}
		for _, imported := range imports {
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
	{"server/config", "server/envelope", "server/stack"},

	{"tools"},
	{"tools/app", "tools/chats", "tools/compare", "tools/paid", "tools/preview", "tools/schedule", "tools/watch"},
	{"tools/markdown", "tools/paid/state", "tools/report"},
	{"tools/paid/state/redistest"},
}

// TestImportsInsideARoomLeadDown holds the imports inside server and tools against
// the layers.
func TestImportsInsideARoomLeadDown(t *testing.T) {
	layerOf := map[string]int{}
	for i, layer := range layers {
		for _, pkg := range layer {
			layerOf[pkg] = i
		}
	}
	packages := goPackages(t)
	for pkg, imports := range packages {
		if from := room(pkg); from < 0 || rooms[from] != "server" && rooms[from] != "tools" {
			continue
		}
		layer, ok := layerOf[pkg]
		if !ok {
			t.Errorf("%s is in none of the layers", pkg)
			continue
		}
		for _, imported := range imports {
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

// TestWhatOnlyTestsNeedIsNotLinked keeps the official encodings, which tests hold
// ours against, out of the program: every start paid for them, over stdio too.
func TestWhatOnlyTestsNeedIsNotLinked(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for linked := range strings.Lines(string(out)) {
		for _, heavy := range []string{"google.golang.org/protobuf/", "google.golang.org/grpc", "go.opentelemetry.io/proto/", "github.com/prometheus/"} {
			if strings.HasPrefix(linked, heavy) {
				t.Errorf("the program links %s", strings.TrimSpace(linked))
			}
		}
	}
}

// TestThePictureShowsEveryPackage holds the picture in docs/architecture.md
// against the packages there are.
func TestThePictureShowsEveryPackage(t *testing.T) {
	drawn := drawnPackages(t)
	for pkg := range goPackages(t) {
		if room(pkg) < 0 {
			continue
		}
		if pkg == "" {
			pkg = "main"
		}
		if !drawn[pkg] {
			t.Errorf("docs/images/architecture.svg does not show %s", pkg)
		}
		delete(drawn, pkg)
	}
	for pkg := range drawn {
		t.Errorf("docs/images/architecture.svg shows %s, which there is not", pkg)
	}
}

// drawnPackages reads the picture's titles and names in their order: a title is
// a room, and the names behind it are the packages in it.
func drawnPackages(t *testing.T) map[string]bool {
	t.Helper()
	file, err := os.Open("../docs/images/architecture.svg")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	drawn, in := map[string]bool{}, ""
	for decoder := xml.NewDecoder(file); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return drawn
		}
		if err != nil {
			t.Fatalf("the picture is not well-formed: %v", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "text" {
			continue
		}
		var text string
		if err := decoder.DecodeElement(&text, &element); err != nil {
			t.Fatal(err)
		}
		for _, attribute := range element.Attr {
			switch attribute.Value {
			case "title":
				in = text
				drawn[in] = true
			case "name":
				drawn[path.Join(in, text)] = true
			}
		}
	}
}
