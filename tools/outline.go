package tools

import "github.com/invopop/jsonschema"

// outline makes a result's schema say the names and types of its fields and no
// more. What lies deeper shows itself in the result, formats and requirements
// bind nobody but us, and tools/list is paid for in every conversation.
func outline(schema *jsonschema.Schema) {
	schema.Required = nil
	for pair := schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
		thin(pair.Value)
	}
}

func thin(schema *jsonschema.Schema) {
	schema.Format, schema.Description, schema.Minimum, schema.Maximum = "", "", "", ""
	schema.Required, schema.Properties, schema.AdditionalProperties = nil, nil, nil
	if schema.Items != nil {
		thin(schema.Items)
	}
}
