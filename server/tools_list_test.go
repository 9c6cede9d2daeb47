package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// maxToolsList is the maximum size of tools/list, which every conversation pays for, in
// bytes.
const maxToolsList = 26_000

// TestToolsList compares tools/list with its golden file, since nothing else of the
// server is read as often.
func TestToolsList(t *testing.T) {
	f := servertest.Start(t, servertest.Options{})
	list, err := f.Client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != len(tools.All()) {
		t.Errorf("%d tools are listed, of %d", len(list.Tools), len(tools.All()))
	}
	readable, err := json.MarshalIndent(list.Tools, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	servertest.Golden(t, "tools_list.json", string(readable)+"\n")

	// The client decodes and encodes the list, so the response itself is measured.
	for version, params := range map[string]string{"2025-11-25": `{}`, "2026-07-28": modernMeta} {
		response := server.NewMCP(f.Backend).HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":`+params+`}`))
		wire, err := json.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("tools/list has %d bytes in protocol version %s", len(wire), version)
		if len(wire) >= maxToolsList || !bytes.Contains(wire, []byte(`"inputSchema"`)) {
			t.Errorf("the list has %d bytes in protocol version %s; less than %d are allowed: see CONTRIBUTING.md. The longest entries are %s", len(wire), version, maxToolsList, listLongestEntries(t, list.Tools))
		}
	}
}

// listLongestEntries names the tools whose entries are the longest.
func listLongestEntries(t *testing.T, listed []mcp.Tool) string {
	t.Helper()
	sizes := map[string]int{}
	for _, tool := range listed {
		entry, err := json.Marshal(tool)
		if err != nil {
			t.Fatal(err)
		}
		sizes[tool.Name] = len(entry)
	}
	names := slices.SortedFunc(maps.Keys(sizes), func(a, b string) int { return sizes[b] - sizes[a] })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%d)", name, sizes[name])
	}
	return strings.Join(names[:5], ", ")
}

const modernMeta = `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}}}`

// Of the results of 2026-07-28, server/discover alone has the server's icon.
func TestDiscoverHasIcon(t *testing.T) {
	f := servertest.Start(t, servertest.Options{})
	s := server.NewMCP(f.Backend)
	for method, want := range map[string]bool{"server/discover": true, "tools/list": false, "prompts/list": false, "resources/list": false} {
		wire, err := json.Marshal(s.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+modernMeta+`}`)))
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(wire, []byte(`"icons"`)); got != want || !bytes.Contains(wire, []byte(mcp.MetaKeyServerInfo)) {
			t.Errorf("%s has the icon: %t, in %.300s", method, got, wire)
		}
	}
}

// TestEveryArgumentIsDescribed checks that hosts can show the published schemas and
// models can use them: every argument has a description and one type, unless null clears
// a field.
func TestEveryArgumentIsDescribed(t *testing.T) {
	clearable := []string{"name", "description", "config", "schedule_cron"}
	for _, listed := range tools.All() {
		var schema struct {
			Properties map[string]struct {
				Type        any
				Description string
			}
		}
		if err := json.Unmarshal(listed.InputSchema(), &schema); err != nil {
			t.Fatal(err)
		}
		for name, argument := range schema.Properties {
			if argument.Description == "" {
				t.Errorf("%s: %s has no description", listed.Name, name)
			}
			_, plain := argument.Type.(string)
			if nullClears := listed.Name == "update_insights_config" && slices.Contains(clearable, name); plain == nullClears {
				t.Errorf("%s: the type of %s is %v", listed.Name, name, argument.Type)
			}
		}
	}
}

// TestSchemasHaveKeywordsOfDraft7 checks that schemas have only keywords with the same
// meaning in draft 7, by which arguments are checked, and 2020-12, by which clients read
// them.
func TestSchemasHaveKeywordsOfDraft7(t *testing.T) {
	keywords := strings.Fields("type enum format description default properties required additionalProperties items " +
		"minimum maximum exclusiveMinimum minLength maxLength minItems maxItems maxProperties")
	var walk func(path string, schema any)
	walk = func(path string, schema any) {
		node, _ := schema.(map[string]any) // else true or false
		for keyword, value := range node {
			if !slices.Contains(keywords, keyword) {
				t.Errorf("%s has %s", path, keyword)
			}
			switch keyword {
			case "items", "additionalProperties":
				walk(path+"."+keyword, value)
			case "properties":
				for name, property := range value.(map[string]any) {
					walk(path+"."+name, property)
				}
			}
		}
	}
	for _, listed := range tools.All() {
		var schema any
		if err := json.Unmarshal(listed.InputSchema(), &schema); err != nil {
			t.Fatal(err)
		}
		walk(listed.Name, schema)
	}
}

// TestRequestConstraintsArePublished names those that the API documents for
// the request of a job.
func TestRequestConstraintsArePublished(t *testing.T) {
	i := slices.IndexFunc(tools.All(), func(t tool.Tool) bool { return t.Name == "create_insights_job" })
	var schema struct{ Properties map[string]map[string]any }
	if err := json.Unmarshal(tools.All()[i].InputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]map[string]any{
		"partitions":             {"maxProperties": 10.0},
		"sample":                 {"exclusiveMinimum": 0.0, "maximum": 1000.0},
		"last_n_hours":           {"minimum": 1.0},
		"model":                  {"default": "openai", "enum": []any{"openai", "anthropic"}},
		"is_scheduled":           {"default": false},
		"validate_model_secrets": {"default": true},
		"start_time":             {"format": "date-time"},
		"end_time":               {"format": "date-time"},
		"config_id":              {"format": "uuid"},
	} {
		for keyword, value := range want {
			if got := schema.Properties[name][keyword]; !reflect.DeepEqual(got, value) {
				t.Errorf("%s of %s is %v, not %v", keyword, name, got, value)
			}
		}
	}
}
