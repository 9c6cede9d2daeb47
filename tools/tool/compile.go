package tool

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"langsmith-insights-mcp/langsmith"
)

var requestType = reflect.TypeFor[langsmith.CreateInsightsJobRequest]()

// compileRequest compiles the schema of a job's request, once for all tools.
var compileRequest = sync.OnceValues(func() (*validator.Schema, error) {
	return compileArguments(requestType, encode(reflectArguments(requestType)), nil)
})

// compileArguments compiles the published schema of arguments, and adds what only the
// validator accepts: null for optional fields, the format of a job's id, and the fields
// of a job's request.
func compileArguments(t reflect.Type, published json.RawMessage, compileRequest func() (*validator.Schema, error)) (*validator.Schema, error) {
	schema, err := compile(published)
	if err != nil {
		return nil, err
	}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		argument := schema.Properties[name]
		if argument == nil {
			continue // an embedded struct; its fields are visible too
		}
		elem := field.Type
		if optional, ok := reflect.Zero(elem).Interface().(interface{ ElemType() reflect.Type }); ok {
			elem = optional.ElemType()
			argument.Types.Add("null")
		}
		switch elem {
		case reflect.TypeFor[JobID]():
			argument.Format = jobIDFormat
		case requestType, reflect.PointerTo(requestType):
			request, err := compileRequest()
			if err != nil {
				return nil, err
			}
			complete := *request
			complete.Types = argument.Types
			schema.Properties[name] = &complete
		}
	}
	return schema, nil
}

// compile returns a validator that checks formats, which mcp-go's own does not. Derived
// schemas have the same meaning in draft 7 and 2020-12. Checking them against the
// metaschema of 2020-12, which has eight documents, would make the start 10 % slower.
func compile(schema json.RawMessage) (*validator.Schema, error) {
	document, err := validator.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	compiler := validator.NewCompiler()
	compiler.DefaultDraft(validator.Draft7)
	compiler.AssertFormat()
	const location = "tool:input"
	if err := compiler.AddResource(location, document); err != nil {
		return nil, err
	}
	return compiler.Compile(location)
}
