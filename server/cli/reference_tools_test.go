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

// schemaNode is what the reference shows of a JSON Schema.
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

// typeName is the type in the words of JSON, with what a list holds.
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

// bounds are the default and the constraints.
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

// argumentTable is the table of a tool's arguments, the required ones first.
func argumentTable(t *testing.T, described tool.Tool) string {
	schema := readSchema(t, described.InputSchema())
	if len(schema.Properties) == 0 {
		return "It takes no arguments.\n"
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

// cell is a text that a row of a table can hold.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

// resultTable is the table of a result's fields, each with its meaning. A list whose
// elements are as those of one before is not told again.
func resultTable(t *testing.T, described tool.Tool, used map[string]bool) string {
	var b strings.Builder
	b.WriteString("| field of the result | type | meaning |\n|---|---|---|\n")
	same := map[string]string{}
	var walk func(path string, schema json.RawMessage)
	walk = func(path string, schema json.RawMessage) {
		node := readSchema(t, schema)
		for _, name := range orderedKeys(t, schema) {
			child := readSchema(t, node.Properties[name])
			at := path + name
			meaning := meaningOf(t, described.Name, at, used)
			inner, suffix := node.Properties[name], "."
			if child.Type == "array" {
				inner, suffix = child.Items, "[]."
			}
			if told := same[string(inner)]; told != "" && len(readSchema(t, inner).Properties) > 0 {
				meaning += " Each as in `" + told + "`."
				inner = nil
			} else {
				same[string(inner)] = at
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", at, child.typeName(t), meaning)
			if len(inner) > 0 && inner[0] == '{' {
				walk(at+suffix, inner)
			}
		}
	}
	walk("", described.ResultSchema())
	return b.String()
}

// orderedKeys are the properties of an object's schema as they stand in it, which is
// the order of the struct's fields.
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

// meaningOf is the meaning of a result's field: by its whole path in this tool's
// result, else by its path, else by its name.
func meaningOf(t *testing.T, toolName, path string, used map[string]bool) string {
	t.Helper()
	name := path[strings.LastIndex(path, ".")+1:]
	for _, key := range []string{toolName + ":" + path, path, name} {
		if meaning := meanings[key]; meaning != "" {
			used[key] = true
			return meaning
		}
	}
	t.Errorf("what does %s of %s mean? Say so in reference_meanings_test.go", path, toolName)
	return ""
}

// TestEveryMeaningIsOfAField finds meanings of fields that are gone.
func TestEveryMeaningIsOfAField(t *testing.T) {
	used := map[string]bool{}
	for _, described := range tools.All() {
		resultTable(t, described, used)
	}
	for key := range meanings {
		if !used[key] {
			t.Errorf("no result has %s", key)
		}
	}
}
