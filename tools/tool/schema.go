package tool

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"langsmith-insights-mcp/langsmith"
)

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

// schemas are what derives from a tool's two structs.
type schemas struct {
	input, output json.RawMessage
	own           map[string]bool     // arguments of the tool itself, not of the API
	known         []string            // every argument's name
	below         map[string][]string // the same of an argument that is itself a job's request
	full          *validator.Schema   // of the input
}

// deriveSchemas panics where a struct has no valid schema, so that such a tool
// ends the start.
func deriveSchemas[In, Out any](name string) schemas {
	in := reflect.TypeFor[In]()
	known, own := argumentNames(in)
	full, err := compile(name, MustMarshal(reflectSchema(in, argumentsInFull)))
	if err != nil {
		panic(err)
	}
	return schemas{
		input:  MustMarshal(reflectSchema(in, arguments)),
		output: MustMarshal(reflectSchema(reflect.TypeFor[Out](), results)),
		own:    own,
		known:  known,
		below:  nestedNames(in),
		full:   full,
	}
}

// purpose is what a schema is derived for.
type purpose int

const (
	// results stay open to further fields and say less, since tools/list is
	// paid for in every conversation.
	results purpose = iota
	// arguments are closed to unknown names. One that is itself a job's request
	// is published as an object that is described in words: its seventeen
	// fields stand in create_insights_job.
	arguments
	// argumentsInFull are what a call is held against.
	argumentsInFull
)

var jobRequest = reflect.TypeFor[langsmith.CreateInsightsJobRequest]()

// compile makes a validator that asserts formats; mcp-go's own does not, and
// skips a schema that does not compile without a word.
func compile(name string, schema json.RawMessage) (*validator.Schema, error) {
	document, err := validator.UnmarshalJSON(strings.NewReader(string(schema)))
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	compiler := validator.NewCompiler()
	compiler.AssertFormat()
	location := "tool:" + name
	if err := compiler.AddResource(location, document); err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	compiled, err := compiler.Compile(location)
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	return compiled, nil
}

const nullableMark = "x-nullable" // set while reflecting, gone when marshalled

// reflectSchema derives an inline schema.
func reflectSchema(t reflect.Type, why purpose) *jsonschema.Schema {
	reflector := &jsonschema.Reflector{
		DoNotReference:            true,
		Anonymous:                 true,
		ExpandedStruct:            true,
		AllowAdditionalProperties: why == results,
	}
	reflector.Mapper = func(t reflect.Type) *jsonschema.Schema { return mapType(reflector, t, why) }
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	schema := reflector.ReflectFromType(t)
	finish(schema)
	if why == results {
		outline(schema)
	}
	return schema
}

// mapType describes the types whose Go shape is not their JSON shape.
func mapType(reflector *jsonschema.Reflector, t reflect.Type, why purpose) *jsonschema.Schema {
	switch t {
	case jobRequest:
		if why == arguments {
			return &jsonschema.Schema{Type: "object"}
		}
	case reflect.TypeFor[uuid.UUID]():
		return &jsonschema.Schema{Type: "string", Format: "uuid"}
	case reflect.TypeFor[langsmith.DateTime](), reflect.TypeFor[langsmith.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[jsonv1.Number]():
		return &jsonschema.Schema{Type: "number"}
	case reflect.TypeFor[langsmith.AttributeSchema]():
		return &jsonschema.Schema{Type: "object"}
	case reflect.TypeFor[json.RawMessage]():
		// A bare true has made hosts drop a whole server; an empty object is
		// the same schema and understood by all.
		return &jsonschema.Schema{Extras: map[string]any{}}
	}
	if optional, ok := reflect.Zero(t).Interface().(interface{ ElemType() reflect.Type }); ok {
		elem := reflector.ReflectFromType(optional.ElemType())
		if mapped := mapType(reflector, optional.ElemType(), why); mapped != nil {
			elem = mapped
		}
		if elem.Extras == nil {
			elem.Extras = map[string]any{}
		}
		elem.Extras[nullableMark] = true
		return elem
	}
	return nil
}

// finish writes nullable types as hosts read them best, and drops what only
// costs bytes.
func finish(schema *jsonschema.Schema) {
	schema.Version = ""
	if schema.Extras[nullableMark] == true {
		delete(schema.Extras, nullableMark)
		schema.Extras["type"] = []string{schema.Type, "null"}
		schema.Type = ""
		if schema.Enum != nil {
			schema.Enum = append(schema.Enum, nil)
		}
	}
	if schema.Items != nil {
		finish(schema.Items)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Type != "" {
		finish(schema.AdditionalProperties)
	}
	if schema.Properties != nil {
		for pair := schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
			finish(pair.Value)
		}
	}
}

// argumentNames lists a struct's JSON names, and which of them are the tool's
// own: declared here rather than by package langsmith.
func argumentNames(t reflect.Type) (known []string, own map[string]bool) {
	own = map[string]bool{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || !field.IsExported() || name == "" || name == "-" {
			continue
		}
		known = append(known, name)
		if declaredIn(t, field.Index) != jobRequest.PkgPath() {
			own[name] = true
		}
	}
	return known, own
}

// nestedNames lists the fields of every argument that is a job's request.
func nestedNames(t reflect.Type) map[string][]string {
	nested := map[string][]string{}
	for _, field := range reflect.VisibleFields(t) {
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if optional, ok := reflect.Zero(inner).Interface().(interface{ ElemType() reflect.Type }); ok {
			inner = optional.ElemType()
		}
		if inner == jobRequest && !field.Anonymous {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			nested[name], _ = argumentNames(jobRequest)
		}
	}
	return nested
}

// declaredIn returns the package of the struct that declares the field.
func declaredIn(t reflect.Type, index []int) string {
	for _, i := range index[:len(index)-1] {
		t = t.Field(i).Type
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return t.PkgPath()
}

func MustMarshal(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // a schema of ours that cannot be written never ships: every one is built in tests
	}
	return data
}
