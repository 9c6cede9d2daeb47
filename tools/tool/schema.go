package tool

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"langsmith-insights-mcp/langsmith"
)

// schemas are derived from the structs of a tool's arguments and result.
type schemas struct {
	input, output json.RawMessage   // for clients
	result        reflect.Type      // the type that the output describes
	arguments     *validator.Schema // checks arguments

	requiresProject bool
}

// deriveSchemas panics if a struct has no valid schema, so that the program does not
// start with such a tool.
func deriveSchemas[In, Out any](declaration Declaration) schemas {
	in, out := reflect.TypeFor[In](), reflect.TypeFor[Out]()
	input := encode(reflectArguments(in))
	arguments, err := compileArguments(in, input, compileRequest)
	if err != nil {
		panic(fmt.Errorf("input schema of %s: %w", declaration.Name, err))
	}
	return schemas{
		result:    out,
		input:     input,
		output:    encode(reflectResult(out, declaration)),
		arguments: arguments,

		requiresProject: requiresProject(in),
	}
}

func encode(schema *jsonschema.Schema) json.RawMessage {
	data, err := json.Marshal(schema)
	if err != nil {
		panic(err)
	}
	return data
}

// reflectArguments derives the published schema of arguments, which is simple: a type is
// a single type, except if null clears a field; a job's id is a string; and a job's
// request inside another argument is an object with a description, because
// create_insights_job has its fields.
func reflectArguments(t reflect.Type) *jsonschema.Schema {
	r := newReflector()
	mapType := r.Mapper
	r.Mapper = func(field reflect.Type) *jsonschema.Schema {
		if field == requestType && field != t {
			return &jsonschema.Schema{Type: "object"}
		}
		return mapType(field)
	}
	schema := r.ReflectFromType(t)
	walk(schema, finishInput)
	return schema
}

// reflectResult derives the schema of structured content: only the names and types of its
// fields. Deeper fields are visible in results, and clients pay for tools/list in every
// conversation. If another tool's schema describes the result, it has only the fields
// that the declaration adds.
func reflectResult(t reflect.Type, declaration Declaration) *jsonschema.Schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	r := newReflector()
	r.AllowAdditionalProperties = true
	mapType := r.Mapper
	r.Mapper = func(field reflect.Type) *jsonschema.Schema {
		if field == t {
			return nil
		}
		return cmp.Or(mapType(field), outlineType(field))
	}
	schema := r.ReflectFromType(t)
	schema.Version, schema.Required = "", nil
	if declaration.ResultOf != "" {
		schema.Description = "As " + declaration.ResultOf + " returns it."
	}
	for pair := schema.Properties.Oldest(); pair != nil; {
		name := pair.Key
		pair.Value = outline(pair.Value)
		if pair = pair.Next(); declaration.ResultOf != "" && !slices.Contains(declaration.ResultAdds, name) {
			schema.Properties.Delete(name)
		}
	}
	return schema
}

// outlineType describes an object or an array only by its type; nil for other types.
func outlineType(t reflect.Type) *jsonschema.Schema {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return &jsonschema.Schema{Type: "object"}
	case reflect.Slice:
		return &jsonschema.Schema{Type: "array"}
	}
	return nil
}

func outline(s *jsonschema.Schema) *jsonschema.Schema {
	if s == nil {
		return nil
	}
	return &jsonschema.Schema{Type: s.Type, Extras: map[string]any{}}
}

func newReflector() *jsonschema.Reflector {
	r := &jsonschema.Reflector{DoNotReference: true, Anonymous: true, ExpandedStruct: true}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema { return mapType(r, t) }
	return r
}

// The extras of a field's tag for keywords that invopop does not support.
const (
	nullClears    = "nullClears"    // null clears the saved value, so the schema has it
	maxProperties = "maxProperties" // invopop ignores it for maps
)

// mapType describes the types whose JSON differs from their Go type.
func mapType(r *jsonschema.Reflector, t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[uuid.UUID]():
		return &jsonschema.Schema{Type: "string", Format: "uuid"}
	case reflect.TypeFor[langsmith.DateTime](), reflect.TypeFor[langsmith.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[langsmith.AttributeSchema]():
		return &jsonschema.Schema{Type: "object"}
	case reflect.TypeFor[json.RawMessage]():
		// An empty object allows anything, as true does, but a bare true has made hosts
		// drop a whole server.
		return &jsonschema.Schema{Extras: map[string]any{}}
	}
	switch zero := reflect.Zero(t).Interface().(type) {
	case interface{ Float64() (float64, error) }: // such as json.Number
		return &jsonschema.Schema{Type: "number"}
	case interface{ ElemType() reflect.Type }: // langsmith.Optional
		if mapped := r.Mapper(zero.ElemType()); mapped != nil {
			return mapped
		}
		return r.ReflectFromType(zero.ElemType())
	}
	return nil
}

// walk visits a schema and all schemas inside it, except true and false, which are
// variables of invopop.
func walk(s *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	if s == nil || s == jsonschema.TrueSchema || s == jsonschema.FalseSchema {
		return
	}
	visit(s)
	walk(s.Items, visit)
	walk(s.AdditionalProperties, visit)
	if s.Properties != nil {
		for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
			walk(pair.Value, visit)
		}
	}
}

// finishInput converts the extras of a schema to keywords.
func finishInput(s *jsonschema.Schema) {
	s.Version = ""
	if s.Extras[nullClears] == true {
		delete(s.Extras, nullClears)
		s.Extras["type"] = []string{s.Type, "null"}
		s.Type = ""
	}
	if text, ok := s.Extras[maxProperties].(string); ok {
		most, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			panic(err)
		}
		s.MaxProperties = &most
		delete(s.Extras, maxProperties)
	}
}

// argumentNames lists the properties of the object at a path inside arguments, sorted.
func (s schemas) argumentNames(path []string) []string {
	at := s.arguments
	for _, name := range path {
		if at = at.Properties[name]; at == nil {
			return nil
		}
	}
	return slices.Sorted(maps.Keys(at.Properties))
}
