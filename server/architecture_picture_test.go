package server_test

import (
	"fmt"
	"html"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/server/servertest"
)

// partTasks are the tasks of the parts in the picture.
var partTasks = []string{
	"the process's arguments, streams and signals",
	"reads and checks requests, and identifies the caller and the key",
	"checks the arguments, runs one tool, and renders its result within the budget",
	"one method per operation; its transport has layers for retries, rate limits and redaction",
	"replaces LangSmith in the demo, with --sandbox and in tests",
}

// TestArchitecturePicture compares docs/images/architecture.svg with the packages and
// their doc comments.
func TestArchitecturePicture(t *testing.T) {
	const file = "../docs/images/architecture.svg"
	got := drawArchitecture(goPackages(t))
	if servertest.Updating() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date: go test ./server -run Picture -update draws it", file)
	}
}

const (
	pictureWidth = 920
	rowHeight    = 20
	gap          = 26 // between parts, for the arrow
)

const pictureStyle = `<style>
.bg{fill:#ffffff}
text{font-family:-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328;font-size:12.5px}
.title{font:600 16px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.name{font:600 12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.doc{fill:#59636e}
rect{stroke-width:1.5}.edge{fill:#f6f8fa;stroke:#8c959f}
.part0{fill:#f6f8fa;stroke:#8c959f}.part1{fill:#ddf4ff;stroke:#54aeff}.part2{fill:#dafbe1;stroke:#4ac26b}
.part3{fill:#fff8c5;stroke:#d4a72c}.part4{fill:#f6f8fa;stroke:#8c959f;stroke-dasharray:6 4}
path{stroke:#59636e;stroke-width:1.5;fill:#59636e}
@media (prefers-color-scheme: dark){
.bg{fill:#0d1117}text{fill:#f0f6fc}.doc{fill:#9198a1}.edge,.part0,.part4{fill:#151b23;stroke:#656c76}
.part1{fill:#0c2d6b;stroke:#316dca}.part2{fill:#033a16;stroke:#347d39}.part3{fill:#3f2d00;stroke:#966600}
path{stroke:#9198a1;fill:#9198a1}
}
</style>
`

// drawArchitecture draws the parts of the program between client and LangSmith, with the
// packages of each.
func drawArchitecture(packages map[string]goPackage) string {
	var b strings.Builder
	y := 16
	edge := func(text string) {
		fmt.Fprintf(&b, "<rect x=\"210\" y=\"%d\" width=\"500\" height=\"34\" rx=\"17\" class=\"edge\"/>\n", y)
		fmt.Fprintf(&b, "<text x=\"460\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", y+22, html.EscapeString(text))
		y += 34
	}
	arrow := func() {
		fmt.Fprintf(&b, "<path d=\"M460 %dV%d\"/><path d=\"M455 %dL460 %dL465 %dZ\"/>\n", y, y+gap-6, y+gap-8, y+gap, y+gap-8)
		y += gap
	}
	edge("an agent's client, over stdio, /mcp or /sse")
	for i, name := range parts {
		if name == "langsmith/sandbox" {
			arrow()
			edge("LangSmith, or instead:")
		}
		arrow()
		var members []string
		for pkg := range packages {
			if partOf(pkg) == i && pkg != "" && pkg != name {
				members = append(members, pkg)
			}
		}
		slices.Sort(members)
		height := 44 + rowHeight*len(members)
		fmt.Fprintf(&b, "<rect x=\"24\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\" class=\"part%d\"/>\n", y, pictureWidth-48, height, i)
		fmt.Fprintf(&b, "<text x=\"42\" y=\"%d\"><tspan class=\"title\">%s</tspan>  <tspan>%s</tspan></text>\n", y+27, name, html.EscapeString(partTasks[i]))
		for row, pkg := range members {
			at := y + 44 + rowHeight*row + 6
			fmt.Fprintf(&b, "<text x=\"42\" y=\"%d\" class=\"name\">%s</text>", at, strings.TrimPrefix(pkg, name+"/"))
			fmt.Fprintf(&b, "<text x=\"210\" y=\"%d\" class=\"doc\">%s</text>\n", at, html.EscapeString(synopsis(packages[pkg])))
		}
		y += height
	}
	y += 16
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="t">
<title id="t">How a call passes through langsmith-insights-mcp: from the client through %[3]s</title>
%[4]s<rect class="bg" width="%[1]d" height="%[2]d" rx="14"/>
%[5]s</svg>
`, pictureWidth, y, strings.Join(parts, ", "), pictureStyle, b.String())
}

// maxSynopsis is the maximum length of a row's text, in characters.
const maxSynopsis = 108

// synopsis returns the first sentence of a package's doc comment without "Package NAME".
func synopsis(p goPackage) string {
	text := strings.TrimSuffix(strings.TrimPrefix(p.Doc, "Package "+path.Base(p.ImportPath)+" "), ".")
	if len(text) <= maxSynopsis {
		return text
	}
	if colon := strings.IndexAny(text, ":;"); colon > 0 && colon <= maxSynopsis {
		return text[:colon]
	}
	return text[:strings.LastIndexByte(text[:maxSynopsis], ' ')] + " \u2026"
}
