package install

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzJSON and FuzzTOML edit any file that can be parsed: it stays valid, the other entries
// keep their values, and the edit can be undone to the byte.
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
			command: `C:\bin\"x".exe`, args: []any{"stdio"},
			values: map[string]any{"LANGSMITH_PROJECT": "a\tb"},
		}
		switch _, isTOML := format.(tomlFormat); {
		case isTOML:
			e.passesKey = asks
		case asks:
			e.reference = promptReference
		default:
			e.reference = "$" + keyVariable
		}
		checkEdit(t, format, src, e, false)
	})
}

// checkEdit adds and removes the entry, and checks the guarantees of both. Unless must is
// true, src may be refused.
func checkEdit(t *testing.T, format format, src []byte, e entry, must bool) {
	t.Helper()
	original := bytes.Clone(src)
	out, err := merge(format, src, e)
	if !bytes.Equal(src, original) {
		t.Fatal("merge wrote into its input")
	}
	if err != nil {
		if must {
			t.Fatalf("refused: %v\n%s", err, src)
		}
		return
	}
	before, err := format.decode(src)
	if err != nil {
		t.Fatalf("merge accepted a file that cannot be decoded: %v", err)
	}
	if err := checkRest(format, src, out); err != nil {
		if must {
			t.Fatalf("%v\nbefore\n%s\nafter\n%s", err, src, out)
		}
		return // nothing is written
	}
	after, err := format.decode(out)
	entry, _ := after.entry.(map[string]any)
	if err != nil || entry["command"] != e.command {
		t.Fatalf("no entry in\n%s", out)
	}
	again, err := merge(format, out, e)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("the second time: %v\n%s\nafter\n%s", err, again, out)
	}
	checkUntouched(t, format, src, out)
	if saved, err := redact(format, out, func(_, _ string) string { return redacted }); err == nil {
		if c, err := format.decode(saved); err != nil || !c.exists {
			t.Fatalf("the backup is not valid: %v\n%s\nof\n%s", err, saved, out)
		}
	} else if must {
		t.Fatalf("no backup: %v\n%s", err, out)
	}
	cleaned, err := format.remove(out)
	if err != nil {
		t.Fatalf("the entry cannot be removed: %v\n%s", err, out)
	}
	if c, err := format.decode(cleaned); err != nil || c.exists {
		t.Fatalf("%v: the entry is still in\n%s", err, cleaned)
	}
	if err := checkRest(format, src, cleaned); err != nil {
		t.Fatalf("%v\nbefore\n%s\nafter\n%s", err, src, cleaned)
	}
	checkUntouched(t, format, src, cleaned)
	if !before.exists && !comesFrom(format, cleaned, src) {
		t.Fatalf("the backup\n%s\nis not recognized as the origin of\n%s", src, cleaned)
	}
}

// checkUntouched checks that the text outside the entry is still there, in order. White
// space and commas are not compared, because an edit may add some.
func checkUntouched(t *testing.T, format format, before, after []byte) {
	t.Helper()
	if bytes.Contains(before, []byte(promptID)) {
		return // the prompt may go
	}
	outside := func(src []byte) string {
		for _, s := range slices.Backward(format.spans(src)) {
			src = splice(src, s, "")
		}
		return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", ",", "").Replace(string(src))
	}
	rest := outside(after)
	for i, r := range []byte(outside(before)) {
		_, behind, found := strings.Cut(rest, string([]byte{r}))
		if !found {
			t.Fatalf("byte %d outside the entry is missing of\n%s\nafter\n%s", i, before, after)
		}
		rest = behind
	}
}
