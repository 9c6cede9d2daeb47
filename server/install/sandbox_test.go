package install

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sandboxOptions returns the options of an install with --sandbox.
func sandboxOptions(h Host, client string) Options {
	o := options(h, client)
	o.Env, o.Sandbox = nil, true
	return o
}

// installedEntry returns the entry of a client's file.
func installedEntry(t *testing.T, client string, body []byte) map[string]any {
	t.Helper()
	c, err := findClient(client)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := c.format.decode(body)
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	entry, _ := decoded.entry.(map[string]any)
	return entry
}

// TestSandbox installs the entry without an account for each client: it names no key and
// asks for none, and installing without --sandbox then turns it into one for the user's own
// traces.
func TestSandbox(t *testing.T) {
	for _, c := range catalogue() {
		h := testHost(t)
		config := writeConfig(t, h, c.Name, nil, 0o644)
		ch, err := Install(sandboxOptions(h, c.Name))
		if err != nil || !strings.Contains(strings.Join(ch.Notes, " "), "without an account") || slices.Contains(ch.Notes, c.keySource) {
			t.Errorf("%s: %v, %q", c.Name, err, ch.Notes)
		}
		body := read(t, config)
		want := map[string]any{"command": "/usr/local/bin/langsmith-insights-mcp", "args": []any{"stdio", "--sandbox"}}
		if c.entryType != "" {
			want["type"] = c.entryType
		}
		if got := installedEntry(t, c.Name, body); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", c.Name, got, want)
		}
		if bytes.Contains(body, []byte("KEY")) || bytes.Contains(body, []byte("inputs")) {
			t.Errorf("%s names a key:\n%s", c.Name, body)
		}
		again, err := Install(sandboxOptions(h, c.Name))
		if err != nil || again.Changed {
			t.Errorf("%s, the second time: %v\n%s", c.Name, err, again.Diff)
		}

		if _, err := Install(options(h, c.Name)); err != nil {
			t.Errorf("%s, for own traces: %v", c.Name, err)
		}
		own := testHost(t)
		fresh := writeConfig(t, own, c.Name, nil, 0o644)
		if _, err := Install(options(own, c.Name)); err != nil {
			t.Fatal(err)
		}
		got, fromScratch := installedEntry(t, c.Name, read(t, config)), installedEntry(t, c.Name, read(t, fresh))
		if fmt.Sprint(got) != fmt.Sprint(fromScratch) {
			t.Errorf("%s, for own traces: %v, without --sandbox before: %v", c.Name, got, fromScratch)
		}

		h = testHost(t)
		config = writeConfig(t, h, c.Name, nil, 0o644)
		if _, err := Install(sandboxOptions(h, c.Name)); err != nil {
			t.Fatal(err)
		}
		if ch, err := Uninstall(options(h, c.Name)); err != nil || !ch.Changed || len(read(t, config)) > 0 {
			t.Errorf("%s, uninstalled: %v\n%s", c.Name, err, read(t, config))
		}
	}
}

// TestSandboxDoesNotReplaceOwnTraces checks that an entry for the user's own traces stays,
// and that the error names the command that removes it.
func TestSandboxDoesNotReplaceOwnTraces(t *testing.T) {
	for _, client := range []string{"vscode", "codex-cli"} {
		h := testHost(t)
		config := writeConfig(t, h, client, nil, 0o600)
		if _, err := Install(options(h, client)); err != nil {
			t.Fatal(err)
		}
		before := read(t, config)
		o := sandboxOptions(h, client)
		o.File = config
		want := `is for your own traces: uninstall it first, with langsmith-insights-mcp uninstall --client ` + client + ` --file "` + config + `"`
		if _, err := Install(o); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if !bytes.Equal(read(t, config), before) {
			t.Errorf("%s was changed", client)
		}
	}
}

// TestSandboxKeepsArguments checks that the user's own arguments stay in both directions.
func TestSandboxKeepsArguments(t *testing.T) {
	h := testHost(t)
	config := writeConfig(t, h, "cursor", []byte(`{"mcpServers":{"ls-insights":{"command":"old","args":["stdio","--read-only","--sandbox"]}}}`), 0o600)
	for _, step := range []struct {
		options Options
		want    []any
	}{
		{sandboxOptions(h, "cursor"), []any{"stdio", "--read-only", "--sandbox"}},
		{options(h, "cursor"), []any{"stdio", "--read-only"}},
	} {
		if _, err := Install(step.options); err != nil {
			t.Fatal(err)
		}
		if got := installedEntry(t, "cursor", read(t, config))["args"].([]any); !slices.Equal(got, step.want) {
			t.Errorf("%v, want %v", got, step.want)
		}
	}
}
