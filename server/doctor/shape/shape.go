// Package shape compares LangSmith's responses with their documentation, and reports the
// differences without the responses' content.
package shape

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed langsmith.txt
var shapesText string

// Shape is the documented type of a value in a response.
type Shape struct {
	kind     string // string, uuid, time, number, integer, decimal, boolean, object, word, array or fields
	nullable bool
	words    []string // the values of a word
	element  *Shape   // of an array
	fields   []field  // of an object with fixed fields
	open     bool     // the object may have further fields
}

type field struct {
	name     string
	optional bool // it may be absent or null
	shape    *Shape
}

// Routes lists the routes with a documented response, as METHOD path, in the order of the
// documentation.
func Routes() []string { return shapes().order }

// Of returns the shape of a route's response; nil if it is not documented.
func Of(method, route string) *Shape { return shapes().routes[method+" "+route] }

type catalogue struct {
	order  []string
	routes map[string]*Shape
}

// shapes parses the documented shapes once.
var shapes = sync.OnceValue(func() catalogue {
	found := catalogue{routes: map[string]*Shape{}}
	objects := map[string]*Shape{} // by name; an object may be used before it is defined
	var object *Shape
	for line := range strings.Lines(shapesText) {
		line = strings.TrimRight(line, "\n")
		route, response, isRoute := strings.Cut(line, " = ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case isRoute:
			found.order = append(found.order, route)
			found.routes[route] = parse(response, objects)
		case line == "  *":
			object.open = true
		case strings.HasPrefix(line, "  "):
			name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			name, optional := strings.CutSuffix(name, "?")
			object.fields = append(object.fields, field{name, optional, parse(text, objects)})
		default:
			object = parse(line, objects)
		}
	}
	return found
})

// parse parses the notation of langsmith.txt.
func parse(text string, objects map[string]*Shape) *Shape {
	if inner, ok := strings.CutSuffix(text, "|null"); ok {
		nullable := *parse(inner, objects)
		nullable.nullable = true
		return &nullable
	}
	if strings.HasPrefix(text, "[") {
		return &Shape{kind: "array", element: parse(strings.Trim(text, "[]"), objects)}
	}
	if words, ok := strings.CutPrefix(text, "word("); ok {
		return &Shape{kind: "word", words: strings.Split(strings.TrimSuffix(words, ")"), "|")}
	}
	switch text {
	case "string", "uuid", "time", "number", "integer", "decimal", "boolean", "object":
		return &Shape{kind: text}
	}
	if objects[text] == nil {
		objects[text] = &Shape{kind: "fields"}
	}
	return objects[text]
}
