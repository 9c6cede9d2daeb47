package install

import (
	"bytes"
	"path/filepath"
	"testing"
)

// FuzzJSON and FuzzTOML edit any file that can be parsed: it stays parsable,
// the other entries keep their values, and the edit can be undone to the byte.
func FuzzJSON(f *testing.F) {
	fuzz(f, jsonFormat{servers: "mcpServers"}, ".json")
}

func FuzzTOML(f *testing.F) {
	fuzz(f, tomlFormat{servers: "mcp_servers"}, ".toml")
}

func fuzz(f *testing.F, format format, ext string) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*"+ext))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		body, _ := bytes.CutPrefix(read(f, path), byteOrderMark)
		f.Add(body, false)
		f.Add(bytes.ReplaceAll(body, []byte(`"servers"`), []byte(`"mcpServers"`)), true)
	}
	f.Fuzz(func(t *testing.T, src []byte, asks bool) {
		e := entry{
			name: DefaultServerName, command: `C:\bin\"x".exe`, args: []string{"stdio"},
			env: map[string]string{"LANGSMITH_PROJECT": "a\tb"}, reference: "$" + keyVariable,
		}
		switch {
		case format.language() == "TOML":
			e.reference = keyVariable
		case asks:
			e.reference = promptReference(e.name)
		}
		edit(t, format, src, e, false)
	})
}

// edit installs and uninstalls, and checks what is promised of both. A file that
// need not be one may be refused.
func edit(t *testing.T, format format, src []byte, e entry, must bool) {
	t.Helper()
	original := bytes.Clone(src)
	out, err := format.merge(src, e)
	if !bytes.Equal(src, original) {
		t.Fatal("merge wrote into its input")
	}
	if err != nil {
		if must {
			t.Fatalf("refused: %v\n%s", err, src)
		}
		return
	}
	if _, err := format.values(src); err != nil {
		t.Fatalf("merged into what cannot be read: %v", err)
	}
	if err := unharmed(format, src, out, e.name); err != nil {
		if must {
			t.Fatalf("%v\nbefore\n%s\nafter\n%s", err, src, out)
		}
		return // an entry like command.x = 1 ends here, and nothing is written
	}
	got, ok := entryOf(format, out, e.name)
	if !ok || got["command"] != e.command {
		t.Fatalf("no entry in\n%s", out)
	}
	again, err := format.merge(out, e)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("the second time: %v\n%s\nafter\n%s", err, again, out)
	}
	for _, shown := range [][]byte{format.elide(out, e.name, ""), format.scrub(out, e.name)} {
		if _, err := format.values(shown); err != nil {
			t.Fatalf("what is shown is not valid: %v\n%s\nof\n%s", err, shown, out)
		}
	}
	elided(t, format, out, e.name)
	cleaned, err := format.remove(out, e.name)
	if err != nil {
		t.Fatalf("cannot be taken out again: %v\n%s", err, out)
	}
	if hasEntry(format, cleaned, e.name) {
		t.Fatalf("is still in\n%s", cleaned)
	}
	if err := unharmed(format, src, cleaned, e.name); err != nil {
		t.Fatalf("%v\nbefore\n%s\nafter\n%s", err, src, cleaned)
	}
	if !hasEntry(format, src, e.name) && !leadsTo(format, e.name, src, cleaned) {
		t.Fatalf("a backup of\n%s\nwould not be known for what became\n%s", src, cleaned)
	}
}

// elided checks that a diff can show nothing of other entries.
func elided(t *testing.T, format format, out []byte, server string) {
	all, err := format.values(format.elide(out, server, ""))
	if err != nil {
		t.Fatal(err)
	}
	if servers, ok := all[format.container()].(map[string]any); ok {
		delete(servers, server)
	}
	delete(all, inputsKey) // holds the prompt, which is shown
	var check func(any)
	check = func(v any) {
		switch v := v.(type) {
		case string:
			if v != ellipsis {
				t.Fatalf("%q is shown of\n%s", v, out)
			}
		case []any:
			for _, item := range v {
				check(item)
			}
		case map[string]any:
			for _, item := range v {
				check(item)
			}
		}
	}
	check(all)
}
