package tool

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"langsmith-insights-mcp/langsmith"
)

// schemas are what derives from the structs of a tool's arguments and result.
type schemas struct {
	input, output json.RawMessage   // as clients get them
	result        reflect.Type      // what the output describes
	arguments     *validator.Schema // what arguments are checked against

	requiresProject bool
}

// deriveSchemas panics where a struct has no valid schema, so that a tool
// without one ends the start.
func deriveSchemas[In, Out any](declaration Declaration) schemas {
	in := reflect.TypeFor[In]()
	full, published := reflectArguments(in)
	encoded := encode(full)
	arguments, err := compile(encoded)
	if err != nil {
		panic(fmt.Errorf("input schema of %s: %w", declaration.Name, err))
	}
	if published != nil {
		encoded = encode(published)
	}
	out := reflect.TypeFor[Out]()
	return schemas{
		result:    out,
		input:     encoded,
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

// compile makes a validator that asserts formats, which mcp-go's own does not. What
// derives from structs means the same in draft 7 as in 2020-12. Checking it against the
// metaschema of 2020-12, which is eight documents, would make the start a tenth longer.
func compile(schema json.RawMessage) (*validator.Schema, error) {
	document, err := validator.UnmarshalJSON(strings.NewReader(string(schema)))
	if err != nil {
		return nil, err
	}
	compiler := validator.NewCompiler()
	compiler.DefaultDraft(validator.Draft7)
	compiler.AssertFormat()
	registerFormats(compiler)
	const location = "tool:input"
	if err := compiler.AddResource(location, document); err != nil {
		return nil, err
	}
	return compiler.Compile(location)
}

// reflectArguments derives the schema that arguments are checked against, and the one
// that is published where it is another; else nil. What is published is plain: a type
// is one type, except where null clears a field, and a job's request inside another
// argument is an object described in words, since create_insights_job has its fields;
// a job's id is a string.
func reflectArguments(t reflect.Type) (full, published *jsonschema.Schema) {
	full, differs := reflectInput(t, false)
	if differs {
		published, _ = reflectInput(t, true)
	}
	return full, published
}

func reflectInput(t reflect.Type, published bool) (schema *jsonschema.Schema, differs bool) {
	r := newReflector()
	mapType := r.Mapper
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		if t == reflect.TypeFor[langsmith.CreateInsightsJobRequest]() {
			differs = true
			if published {
				return &jsonschema.Schema{Type: "object"}
			}
		}
		return mapType(t)
	}
	schema = r.ReflectFromType(t)
	walk(schema, func(s *jsonschema.Schema) {
		differs = differs || s.Format == jobIDFormat || s.Extras[nullable] == true && s.Extras[nullClears] != true
		finishInput(s, published)
	})
	return schema, differs
}

// reflectResult derives the schema of structured content: the names and types of
// its fields and no more. What lies deeper shows itself in the result, and
// tools/list is paid for in every conversation. Where the schema of another tool's
// result describes this one's, only what the declaration adds is named.
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
		pair = pair.Next()
		undeclared := declaration.ResultOf != "" && !slices.Contains(declaration.ResultAdds, name)
		if undeclared || name == "next" || name == "caution" { // see [Followed]
			schema.Properties.Delete(name)
		}
	}
	return schema
}

// outlineType describes an object or an array by its name alone; nil for other types.
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

// The extras by which a schema's node says, while it is derived, what invopop
// has no field for.
const (
	nullable      = "nullable"      // null is sent as null
	nullClears    = "nullClears"    // and clears what was saved, so it is published; by tag
	maxProperties = "maxProperties" // by tag, which invopop overlooks for maps
)

// mapType describes the types whose shape in Go is not their shape in JSON.
func mapType(r *jsonschema.Reflector, t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[uuid.UUID]():
		return &jsonschema.Schema{Type: "string", Format: "uuid"}
	case reflect.TypeFor[JobID]():
		return &jsonschema.Schema{Type: "string", Format: jobIDFormat}
	case reflect.TypeFor[langsmith.DateTime](), reflect.TypeFor[langsmith.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[langsmith.AttributeSchema]():
		return &jsonschema.Schema{Type: "object"}
	case reflect.TypeFor[json.RawMessage]():
		// An empty object allows anything, as true does: but a bare true has made
		// hosts drop a whole server.
		return &jsonschema.Schema{Extras: map[string]any{}}
	}
	switch zero := reflect.Zero(t).Interface().(type) {
	case interface{ Float64() (float64, error) }: // such as json.Number
		return &jsonschema.Schema{Type: "number"}
	case interface{ ElemType() reflect.Type }: // langsmith.Optional
		elem := r.Mapper(zero.ElemType())
		if elem == nil {
			elem = r.ReflectFromType(zero.ElemType())
		}
		if elem.Extras == nil {
			elem.Extras = map[string]any{}
		}
		elem.Extras[nullable] = true
		return elem
	}
	return nil
}

// walk visits a schema and everything inside it, but for true and false, which are
// variables of invopop's.
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

// finishInput turns the extras of a node into JSON Schema.
func finishInput(s *jsonschema.Schema, published bool) {
	s.Version = ""
	if published && s.Format == jobIDFormat {
		s.Format = ""
	}
	takesNull := s.Extras[nullable] == true && !published || s.Extras[nullClears] == true
	delete(s.Extras, nullable)
	delete(s.Extras, nullClears)
	if takesNull {
		s.Extras["type"] = []string{s.Type, "null"}
		s.Type = ""
		if s.Enum != nil {
			s.Enum = append(s.Enum, nil)
		}
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

// argumentNames lists the properties of the object at a path inside arguments,
// sorted.
func (s schemas) argumentNames(path []string) []string {
	at := s.arguments
	for _, name := range path {
		if at = at.Properties[name]; at == nil {
			return nil
		}
	}
	return slices.Sorted(maps.Keys(at.Properties))
}
