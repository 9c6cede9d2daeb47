package install

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRandomShapes edits random valid files: with comments anywhere, odd spacing, trailing
// commas, tables in any notation, with our entry or without.
func TestRandomShapes(t *testing.T) {
	const rounds = 2000
	e := entry{
		command: "/bin/x", args: []any{"stdio"},
		values: map[string]any{"LANGSMITH_PROJECT": "p"},
	}
	asking, passing := e, e
	asking.reference, passing.passesKey = promptReference, true
	for seed := range uint64(rounds) {
		w := &writer{Rand: rand.New(rand.NewPCG(seed, 0)), newline: "\n"}
		if w.IntN(4) == 0 {
			w.newline = "\r\n"
		}
		w.jsonFile()
		checkEdit(t, jsonFormat{servers: "mcpServers"}, []byte(w.String()), asking, true)
		w.Reset()
		w.tomlFile()
		checkEdit(t, tomlFormat{servers: "mcp_servers"}, []byte(w.String()), passing, true)
	}
}

// writer writes valid files at random.
type writer struct {
	strings.Builder
	*rand.Rand
	newline string
}

func (w *writer) pick(texts ...string) { w.WriteString(texts[w.IntN(len(texts))]) }

// gap writes what JSON may have between two tokens.
func (w *writer) gap() {
	for w.IntN(3) == 0 {
		w.pick(" ", "  ", "\t", w.newline, w.newline+"    ", "/* c, } */", "// c, }"+w.newline, "/*"+w.newline+"*/")
	}
}

func (w *writer) jsonFile() {
	w.gap()
	w.row("{", "}", func(i int) {
		switch i {
		case 0:
			w.member("mcpServers", func() { w.jsonServers() })
		case 1:
			w.member("inputs", func() {
				w.row("[", "]", func(int) { w.WriteString(`{"id": "other", "type": "promptString"}`) })
			})
		default:
			w.member(fmt.Sprint("k", i), func() { w.jsonValue(2) })
		}
	})
	w.gap()
}

func (w *writer) jsonServers() {
	own := w.IntN(3)
	w.row("{", "}", func(i int) {
		if i == own {
			w.member(ServerName, func() {
				w.row("{", "}", func(i int) {
					w.member([]string{"command", "args", "env", "x"}[min(i, 3)]+strings.Repeat("x", max(0, i-3)), func() {
						switch i {
						case 0:
							w.pick(`"/bin/x"`, `"old"`)
						case 1:
							w.pick(`["stdio", "--more"]`, `[]`, `["http"]`, `["stdio", /* try */ "--sandbox", "--more",]`)
						case 2:
							w.pick(`{}`, `{"LANGSMITH_API_KEY": "k"}`, `{ "A": "b" }`, `{"LANGSMITH_PROJECT": "p",}`)
						default:
							w.jsonValue(1)
						}
					})
				})
			})
			return
		}
		w.member(fmt.Sprint("s", i), func() { w.jsonValue(2) })
	})
}

// row writes up to four items between open and end.
func (w *writer) row(open, end string, item func(i int)) {
	w.WriteString(open)
	n := w.IntN(5)
	for i := range n {
		w.gap()
		item(i)
		w.gap()
		if i < n-1 || w.IntN(3) == 0 {
			w.WriteString(",")
		}
	}
	w.gap()
	w.WriteString(end)
}

func (w *writer) member(name string, value func()) {
	w.WriteString(`"` + name + `"`)
	w.gap()
	w.WriteString(":")
	w.gap()
	value()
}

func (w *writer) jsonValue(depth int) {
	switch kind := w.IntN(4); {
	case depth > 0 && kind == 0:
		w.row("{", "}", func(i int) { w.member(fmt.Sprint("m", i), func() { w.jsonValue(depth - 1) }) })
	case depth > 0 && kind == 1:
		w.row("[", "]", func(int) { w.jsonValue(depth - 1) })
	default:
		w.pick("null", "true", "-1.50e3", `"a\"b\u00e9"`, `"// no comment"`, `""`)
	}
}

// tomlFile writes tables in any order and notation, sometimes with ours among them.
func (w *writer) tomlFile() {
	for i := range w.IntN(3) {
		w.tomlLine(fmt.Sprint("top", i))
	}
	for _, i := range w.Perm(4)[:w.IntN(5)] {
		w.blank()
		switch i {
		case 0:
			w.header("mcp_servers.s" + fmt.Sprint(i))
			w.tomlLine("command")
			w.header(`mcp_servers."s` + fmt.Sprint(i) + `".env`)
			w.tomlLine("TOKEN")
		case 1:
			w.ownTable()
		case 2:
			w.header("other")
			w.tomlLine("a.b")
			w.tomlLine("mcp_servers." + ServerName)
		case 3:
			w.header("[list]")
			w.tomlLine("x")
		}
	}
	if w.IntN(3) == 0 {
		w.WriteString("# the end")
	}
}

func (w *writer) ownTable() {
	path := "mcp_servers." + ServerName
	if w.IntN(3) == 0 {
		path = `mcp_servers . "` + ServerName + `"`
	}
	w.header(path)
	w.line("command = " + []string{`"/bin/x"`, `'old'`}[w.IntN(2)])
	if w.IntN(2) == 0 {
		w.line("args = " + []string{`["stdio", "-v"]`, "[" + w.newline + ` "http", # c` + w.newline + "]", "[]", `["stdio", "--sandbox", "-v"]`}[w.IntN(4)])
	}
	if w.IntN(2) == 0 {
		w.line("env_vars = " + []string{`["A", { name = "B", source = "remote" }]`, "[" + w.newline + "]", "[]", `[ 'LANGSMITH_API_KEY' ]`}[w.IntN(4)])
	}
	switch w.IntN(5) {
	case 0:
		w.line(`env = { }`)
	case 1:
		w.line(`env = { A = "b", LANGSMITH_PROJECT = "old" }`)
	case 2:
		w.line(`env.A = "b"`)
	case 3:
		w.header(path + ".env")
		w.line(`A = "b"`)
	}
	if w.IntN(3) == 0 {
		w.header(path + ".tools.x")
		w.tomlLine("mode")
	}
}

func (w *writer) header(path string) { w.line("[" + path + "]") }

func (w *writer) tomlLine(key string) {
	w.line(key + " = " + []string{
		`"a # b"`, "1979-05-27T07:32:00Z", "nan", `'c:\x'`, "[1, [2], { a = 'b' }]",
		"[" + w.newline + `  "x", # c]` + w.newline + "]", `"""` + w.newline + `[no.header]` + w.newline + `"""`, "{ a.b = 'c' }",
	}[w.IntN(8)])
}

func (w *writer) line(text string) {
	w.pick("", "", "  ")
	w.WriteString(text)
	w.pick("", "", " # c = d")
	w.WriteString(w.newline)
	w.blank()
}

func (w *writer) blank() { w.pick("", "", "", w.newline, "# [mcp_servers.x]"+w.newline) }
