package tools

import "github.com/invopop/jsonschema"

// outline makes a result's schema say no more than a reader needs: the names and
// types of fields, each shape of object once. Formats and what is required inside
// it bind nobody but us, and tools/list is paid for in every conversation.
func outline(schema *jsonschema.Schema) {
	required := schema.Required
	thin(schema, map[string]bool{})
	schema.Required = required
}

func thin(schema *jsonschema.Schema, seen map[string]bool) {
	schema.Format, schema.Required, schema.Description = "", nil, ""
	schema.Minimum, schema.Maximum = "", ""
	if schema.Items != nil {
		thin(schema.Items, seen)
	}
	if schema.Properties == nil {
		return
	}
	if shape := string(mustMarshal(schema)); seen[shape] {
		schema.Properties = nil
		return
	} else if schema.Properties.Len() > 0 {
		seen[shape] = true
	}
	for pair := schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
		thin(pair.Value, seen)
	}
}
