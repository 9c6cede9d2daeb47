package shape

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// sample returns a value of a shape, with every field.
func sample(s *Shape) any {
	switch s.kind {
	case "uuid":
		return "11111111-1111-4111-8111-111111111111"
	case "time":
		return "2026-01-31T14:25:30.123456"
	case "word":
		return s.words[0]
	case "number", "decimal":
		return 1.5
	case "integer":
		return 3
	case "boolean":
		return true
	case "array":
		return []any{sample(s.element)}
	case "object":
		return map[string]any{"the customer's secret": "content"}
	case "fields":
		object := map[string]any{}
		for _, f := range s.fields {
			object[f.name] = sample(f.shape)
		}
		return object
	}
	return "the customer's secret"
}

// change calls check with the expected difference for each possible change of a value. set
// replaces the value that is compared with s.
func change(s *Shape, path string, set func(any), check func(want string)) {
	at := strings.TrimPrefix(path+": ", ": ")
	other := any(map[string]any{"the customer's secret": 1})
	want := at + "an object instead of " + s.String()
	if s.kind == "object" || s.kind == "fields" {
		other, want = "the customer's secret", at+"a text instead of an object"
	}
	set(other)
	check(want)
	if !s.nullable {
		set(nil)
		check(at + "null instead of " + s.String())
	}
	switch s.kind {
	case "word":
		set("paused")
		check(at + `the unknown value "paused"`)
		set("the customer's secret")
		check(at + "the unknown value (not shown)")
	case "uuid", "time", "decimal":
		set("the customer's secret")
		check(at + "a text instead of " + s.String())
	case "integer":
		set(1.5)
		check(at + "a number with a fraction instead of a whole number")
	case "array":
		change(s.element, path+"[]", func(v any) { set([]any{sample(s.element), v}) }, check)
	case "fields":
		object := sample(s).(map[string]any)
		set(object)
		prefix := strings.TrimPrefix(path+".", ".")
		if !s.open {
			object["brand_new"] = "1.5"
			check(prefix + `"brand_new": unknown, a number as text`)
			delete(object, "brand_new")
		}
		for _, f := range s.fields {
			kept := object[f.name]
			delete(object, f.name)
			check(map[bool]string{false: prefix + f.name + ": missing"}[f.optional])
			change(&Shape{f.shape.kind, f.shape.nullable || f.optional, f.shape.words, f.shape.element, f.shape.fields, f.shape.open},
				prefix+f.name, func(v any) { object[f.name] = v }, check)
			object[f.name] = kept
		}
	}
	set(sample(s))
}

// Each change of a response is reported, and nothing else.
func TestCompareFindsEachChange(t *testing.T) {
	if len(Routes()) < 15 {
		t.Fatalf("only %q have shapes", Routes())
	}
	for _, route := range Routes() {
		method, path, _ := strings.Cut(route, " ")
		s := Of(method, path)
		var response any
		changes := 0
		check := func(want string) {
			t.Helper()
			body, err := json.Marshal(response)
			if err != nil {
				t.Fatal(err)
			}
			got := s.Compare(body)
			if want == "" && len(got) == 0 {
				return
			}
			changes++
			if len(got) != 1 || got[0] != want || strings.Contains(got[0], "secret") {
				t.Errorf("%s: got %q, want %q", route, got, want)
			}
		}
		set := func(v any) { response = v }
		set(sample(s))
		check("")
		change(s, "", set, check)
		check("")
		if changes < 3 {
			t.Errorf("%s was changed in %d places only", route, changes)
		}
	}
	if got := Of("GET", "/sessions").Compare([]byte("<html>")); !slices.Equal(got, []string{"the response: not JSON"}) {
		t.Errorf("a page of HTML: %q", got)
	}
	if Of("GET", "/elsewhere") != nil {
		t.Error("a route that is not documented has a shape")
	}
}

// The shapes agree with LangSmith's OpenAPI document.
func TestShapesMatchOpenAPIDocument(t *testing.T) {
	raw, err := os.ReadFile("../../../langsmith/sandbox/testdata/langsmith-insights-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, route := range Routes() {
		method, path, _ := strings.Cut(route, " ")
		for documented, operations := range document.Paths {
			response, ok := operations[strings.ToLower(method)]
			if !ok || idInPath(documented) != "/api/v1"+path || strings.HasPrefix(path, "/platform/") {
				continue // the newer routes follow the types of LangSmith's own clients
			}
			content := response.Responses["200"].Content["application/json"].Schema
			if content.isEmpty() {
				continue
			}
			compared++
			c := comparer{t: t, schemas: document.Components.Schemas}
			c.compare(route, Of(method, path), content)
		}
	}
	if compared < 10 {
		t.Errorf("only %d routes were compared", compared)
	}
}

func idInPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

type operation struct {
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Format     string
	Enum       []string
	AnyOf      []schema
	Items      *schema
	Properties map[string]schema
	Required   []string
}

func (s schema) isEmpty() bool { return s.Ref == "" && s.Type == "" && len(s.AnyOf) == 0 }

type comparer struct {
	t       *testing.T
	schemas map[string]schema
}

// compare compares a shape with a schema.
func (c comparer) compare(at string, s *Shape, documented schema) {
	c.t.Helper()
	nullable := false
	for documented.Ref != "" || len(documented.AnyOf) > 0 {
		if documented.Ref != "" {
			documented = c.schemas[documented.Ref[strings.LastIndex(documented.Ref, "/")+1:]]
			continue
		}
		kinds := documented.AnyOf
		documented = schema{}
		for _, kind := range kinds {
			if kind.Type == "null" {
				nullable = true
			} else if documented.isEmpty() || kind.Format == "" && kind.Type == "string" || kind.Type == "number" {
				documented = kind // the wider of two types
			}
		}
	}
	want := map[string]string{"date-time": "time", "uuid": "uuid"}[documented.Format]
	switch {
	case want != "":
	case len(documented.Enum) > 0:
		want = "word"
		if !slices.Equal(s.words, documented.Enum) {
			c.t.Errorf("%s: one of %q, want %q", at, s.words, documented.Enum)
		}
	case documented.Type == "object" && documented.Properties != nil:
		want = "fields"
	default:
		want = documented.Type
	}
	switch {
	case s.kind == "word" && want == "string" && strings.HasSuffix(at, "status"): // the values that clients know
	case s.kind == "decimal" && want == "string": // costs, which may be numbers too
	case s.kind == "fields" && s.open && want == "object": // its fields are those that clients have seen
		return
	case s.kind != want:
		c.t.Errorf("%s is %s, want %s", at, s.kind, want)
		return
	}
	if strings.HasSuffix(at, "?") {
		nullable = false // an optional field may be null
	}
	if s.nullable != nullable {
		c.t.Errorf("%s may be null: %v, want %v", at, s.nullable, nullable)
	}
	switch s.kind {
	case "array":
		c.compare(at+"[]", s.element, *documented.Items)
	case "fields":
		var names []string
		for _, f := range s.fields {
			names = append(names, f.name)
			if f.optional == slices.Contains(documented.Required, f.name) {
				c.t.Errorf("%s.%s: optional %v", at, f.name, f.optional)
			}
			c.compare(fmt.Sprintf("%s.%s%s", at, f.name, map[bool]string{true: "?"}[f.optional]), f.shape, documented.Properties[f.name])
		}
		slices.Sort(names)
		if wanted := slices.Sorted(maps.Keys(documented.Properties)); !slices.Equal(names, wanted) {
			c.t.Errorf("%s has the fields %q, want %q", at, names, wanted)
		}
	}
}
