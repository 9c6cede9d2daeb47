package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// schemaNode is the part of a JSON Schema that the reference shows.
type schemaNode struct {
	Type                any
	Description, Format string
	Default             json.RawMessage
	Enum                []any
	Items               json.RawMessage
	Required            []string
	Properties          map[string]json.RawMessage

	Minimum, Maximum, ExclusiveMinimum       *json.Number
	MinItems, MaxItems, MinLength, MaxLength *json.Number
	MaxProperties                            *json.Number
}

func readSchema(t *testing.T, schema json.RawMessage) schemaNode {
	t.Helper()
	var node schemaNode
	if err := json.Unmarshal(schema, &node); err != nil {
		t.Fatalf("%v: %s", err, schema)
	}
	return node
}

// typeName returns the JSON type, with the type of a list's elements.
func (n schemaNode) typeName(t *testing.T) string {
	t.Helper()
	var name string
	switch is := n.Type.(type) {
	case string:
		name = is
	case []any:
		var names []string
		for _, one := range is {
			names = append(names, fmt.Sprint(one))
		}
		name = strings.Join(names, " or ")
	default:
		return "any"
	}
	if name == "array" && len(n.Items) > 0 && n.Items[0] == '{' {
		name = "list of " + readSchema(t, n.Items).typeName(t)
	}
	if n.Format != "" {
		name += " (" + n.Format + ")"
	}
	return name
}

// bounds returns the default and the constraints in words.
func (n schemaNode) bounds() string {
	var parts []string
	if n.Default != nil {
		parts = append(parts, "default `"+string(n.Default)+"`")
	}
	if len(n.Enum) > 0 {
		var values []string
		for _, value := range n.Enum {
			if value != nil {
				values = append(values, fmt.Sprintf("`%v`", value))
			}
		}
		parts = append(parts, "one of "+strings.Join(values, ", "))
	}
	for _, bound := range []struct {
		text  string
		value *json.Number
	}{
		{"at least %s", n.Minimum}, {"above %s", n.ExclusiveMinimum}, {"at most %s", n.Maximum},
		{"at least %s characters", n.MinLength}, {"at most %s characters", n.MaxLength},
		{"at least %s of them", n.MinItems}, {"at most %s of them", n.MaxItems}, {"at most %s members", n.MaxProperties},
	} {
		if bound.value != nil {
			parts = append(parts, fmt.Sprintf(bound.text, *bound.value))
		}
	}
	return strings.Join(parts, ", ")
}

// argumentTable returns the table of a tool's arguments, the required ones first.
func argumentTable(t *testing.T, described tool.Tool) string {
	schema := readSchema(t, described.InputSchema())
	if len(schema.Properties) == 0 {
		return "No arguments.\n"
	}
	var b strings.Builder
	b.WriteString("| argument | type | bounds | meaning |\n|---|---|---|---|\n")
	names := slices.SortedFunc(maps.Keys(schema.Properties), func(x, y string) int {
		order := func(name string) string {
			if slices.Contains(schema.Required, name) {
				return "0" + name
			}
			return "1" + name
		}
		return strings.Compare(order(x), order(y))
	})
	for _, name := range names {
		node := readSchema(t, schema.Properties[name])
		shown := "`" + name + "`"
		if slices.Contains(schema.Required, name) {
			shown += " (required)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", shown, node.typeName(t), node.bounds(), cell(node.Description))
	}
	return b.String()
}

// cell returns a text escaped for a cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

// resultTable returns the table of a result's fields with their meanings. The fields of a
// list's elements are described once, at the first list with that schema.
func resultTable(t *testing.T, tool tool.Tool, used map[string]bool) string {
	var b strings.Builder
	b.WriteString("| field of the result | type | meaning |\n|---|---|---|\n")
	described := map[string]string{} // the path of the first field with a schema
	var walk func(path string, schema json.RawMessage)
	walk = func(path string, schema json.RawMessage) {
		node := readSchema(t, schema)
		for _, name := range orderedKeys(t, schema) {
			child := readSchema(t, node.Properties[name])
			at := path + name
			meaning := meaningOf(t, tool.Name, at, used)
			inner, suffix := node.Properties[name], "."
			if child.Type == "array" {
				inner, suffix = child.Items, "[]."
			}
			if first := described[string(inner)]; first != "" && len(readSchema(t, inner).Properties) > 0 {
				meaning += " Each as in `" + first + "`."
				inner = nil
			} else {
				described[string(inner)] = at
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", at, child.typeName(t), meaning)
			if len(inner) > 0 && inner[0] == '{' {
				walk(at+suffix, inner)
			}
		}
	}
	walk("", tool.ResultSchema())
	return b.String()
}

// orderedKeys returns the names of an object schema's properties in their order, which
// is that of the struct's fields.
func orderedKeys(t *testing.T, schema json.RawMessage) []string {
	t.Helper()
	var outer struct{ Properties json.RawMessage }
	if err := json.Unmarshal(schema, &outer); err != nil || outer.Properties == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(outer.Properties))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

// meaningOf returns the meaning of a result's field: by the tool and the path, else by the
// path, else by the name.
func meaningOf(t *testing.T, toolName, path string, used map[string]bool) string {
	t.Helper()
	name := path[strings.LastIndex(path, ".")+1:]
	for _, key := range []string{toolName + ":" + path, path, name} {
		if meaning := fieldMeanings[key]; meaning != "" {
			used[key] = true
			return meaning
		}
	}
	t.Errorf("the meaning of %s in the result of %s is missing in reference_fields_test.go", path, toolName)
	return ""
}

// TestFieldMeaningsAreUsed finds meanings of fields that no result has.
func TestFieldMeaningsAreUsed(t *testing.T) {
	used := map[string]bool{}
	for _, described := range tools.All() {
		resultTable(t, described, used)
	}
	for key := range fieldMeanings {
		if !used[key] {
			t.Errorf("no result has the field %s", key)
		}
	}
}
