package install

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/tailscale/hujson"
)

// jsonFormat is JSON with an object of servers. Comments and trailing commas are accepted
// and kept. hujson finds the positions; its Patch is not used, because it removes a member
// together with comments that belong to the next one.
type jsonFormat struct{ servers string }

func (f jsonFormat) decode(src []byte) (contents, error) {
	src, root, err := parseJSON(src)
	if err != nil {
		return contents{}, err
	}
	if servers := root.Find("/" + f.servers); servers != nil && servers.Value.Kind() != '{' {
		return contents{}, errorAt(src, servers.StartOffset, "%q is not an object", f.servers)
	}
	root.Standardize()
	var all map[string]any
	var invalid *jsontext.SyntacticError
	err = jsonv2.Unmarshal(root.Pack(), &all, jsontext.AllowInvalidUTF8(true))
	if errors.As(err, &invalid) { // a duplicate name: programs differ in which member they use
		err = errorAt(src, int(invalid.ByteOffset), "%v: %s", invalid.Err, invalid.JSONPointer)
	}
	return split(all, f.servers), err
}

func (f jsonFormat) put(src []byte, old, entry map[string]any) ([]byte, error) {
	src, err := putMembers(src, []string{f.servers, ServerName}, old, entry)
	if err != nil {
		return nil, err
	}
	return syncPrompt(src)
}

// putMembers replaces the members old of the object at path with members. The text of
// equal ones is not changed.
func putMembers(src []byte, path []string, old, members map[string]any) ([]byte, error) {
	documented := []string{"type", "command", "args", "url", "serverUrl", "env", "headers"} // the order in the clients' documentation
	names := slices.SortedFunc(maps.Keys(members), func(a, b string) int {
		return cmp.Or(slices.Index(documented, a)-slices.Index(documented, b), strings.Compare(a, b))
	})
	var err error
	for _, name := range names {
		at := slices.Concat(path, []string{name})
		was, had := old[name].(map[string]any)
		is, has := members[name].(map[string]any)
		switch {
		case reflect.DeepEqual(old[name], members[name]):
			continue
		case had && has:
			src, err = putMembers(src, at, was, is)
		default:
			src, err = setMember(src, at, members[name])
		}
		if err != nil {
			return nil, err
		}
	}
	return src, nil
}

func (f jsonFormat) spans(src []byte) []span {
	_, root, err := parseJSON(src)
	if err != nil {
		return nil
	}
	var spans []span
	if servers, i := f.member(root); i >= 0 {
		spans = append(spans, items(*servers)[i].span)
	}
	if inputs, i := findPrompt(root); i >= 0 {
		spans = append(spans, items(*inputs)[i].span)
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	return spans
}

// member returns the object of servers and the index of the entry in it, -1 for none.
func (f jsonFormat) member(root hujson.Value) (*hujson.Value, int) {
	servers := root.Find("/" + f.servers)
	if servers == nil {
		return nil, -1
	}
	object, _ := servers.Value.(*hujson.Object)
	return servers, slices.IndexFunc(object.Members, func(m hujson.ObjectMember) bool {
		return m.Name.Value.(hujson.Literal).String() == ServerName
	})
}

func (f jsonFormat) remove(src []byte) ([]byte, error) {
	src, root, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	servers, i := f.member(root)
	return syncPrompt(removeItem(src, *servers, i))
}

// hasComments reports whether src has comments or trailing commas, which plain JSON forbids.
func hasComments(src []byte) bool {
	_, root, err := parseJSON(src)
	return err == nil && !root.IsStandard()
}

// parseJSON parses src. It adds an empty object to a text without a value, as clients read
// such a file as an empty one.
func parseJSON(src []byte) ([]byte, hujson.Value, error) {
	root, err := hujson.Parse(append(bytes.Clone(src), '\n')) // ends a comment on the last line
	if err != nil {
		object := bytes.Clone(bytes.TrimRight(src, whitespace))
		if len(object) > 0 {
			object = append(object, newline(src)...)
		}
		object = append(object, "{}"+newline(src)...)
		empty, blank := hujson.Parse(object)
		if blank != nil {
			_, err = hujson.Parse(src) // for the position at the end of the file
			return nil, root, removeLiteral(err)
		}
		src, root = object, empty
	}
	if root.Value.Kind() != '{' {
		return nil, root, errorAt(src, root.StartOffset, "expected an object")
	}
	return src, root, nil
}

// removeLiteral removes a literal from hujson's error, which may be a key pasted with a
// stray backslash.
func removeLiteral(err error) error {
	parts := regexp.MustCompile(`^hujson: (line \d+, column \d+): (invalid literal|.*)`).FindStringSubmatch(fmt.Sprint(err))
	if parts == nil {
		return errors.New("not valid JSON")
	}
	return fmt.Errorf("%s: not valid JSON: %s", parts[1], parts[2])
}

// setMember replaces the value at path, or adds it with its parent objects.
func setMember(src []byte, path []string, value any) ([]byte, error) {
	src, root, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	if at := root.Find(pointer(path)); at != nil {
		text := encodeJSON(value, indentation(src, at.StartOffset), indentUnit(src, root))
		return splice(src, span{at.StartOffset, at.EndOffset}, strings.ReplaceAll(text, "\n", newline(src))), nil
	}
	parent, name := path[:len(path)-1], path[len(path)-1]
	at := root.Find(pointer(parent))
	if at == nil {
		return setMember(src, parent, map[string]any{name: value})
	}
	return appendItem(src, root, *at, name, value), nil
}

// pointer returns the JSON pointer of a path. None of the names needs escaping.
func pointer(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return "/" + strings.Join(path, "/")
}

// item is an element of an array or a member of an object.
type item struct {
	span
	comma int // the offset of the comma after it, -1 for none
}

func items(container hujson.Value) []item {
	var list []item
	add := func(start int, v hujson.Value, last bool) {
		comma := -1
		if !last || v.AfterExtra != nil { // hujson's sign of a trailing comma
			comma = v.EndOffset + len(v.AfterExtra)
		}
		list = append(list, item{span{start, v.EndOffset}, comma})
	}
	switch c := container.Value.(type) {
	case *hujson.Object:
		for i, m := range c.Members {
			add(m.Name.StartOffset, m.Value, i == len(c.Members)-1)
		}
	case *hujson.Array:
		for i, e := range c.Elements {
			add(e.StartOffset, e, i == len(c.Elements)-1)
		}
	}
	return list
}

// appendItem adds a value to the end of a container, on lines of its own: with a name to an
// object, without one to an array.
func appendItem(src []byte, root, container hujson.Value, name string, value any) []byte {
	unit, outer := indentUnit(src, root), indentation(src, container.StartOffset)
	indent := outer + unit
	list := items(container)
	if len(list) > 0 {
		indent = cmp.Or(indentation(src, list[0].start), indent)
	}
	text := "\n" + indent
	if name != "" {
		text += encodeJSON(name, "", "") + ": "
	}
	text += encodeJSON(value, indent, unit)
	closing := container.EndOffset - 1
	tail := len(bytes.TrimRight(src[:closing], whitespace))
	if len(list) == 0 {
		text += "\n" + outer
		return splice(src, span{tail, closing}, strings.ReplaceAll(text, "\n", newline(src)))
	}
	last := list[len(list)-1]
	if last.comma >= 0 {
		text += ","
	}
	src = splice(src, span{tail, tail}, strings.ReplaceAll(text, "\n", newline(src)))
	if last.comma < 0 {
		src = splice(src, span{last.end, last.end}, ",")
	}
	return src
}

// removeItem removes one value of a container. Comments around it stay.
func removeItem(src []byte, container hujson.Value, i int) []byte {
	list := items(container)
	deleteComma := func(at int) { src = splice(src, span{at, at + 1}, "") }
	if list[i].comma >= 0 {
		deleteComma(list[i].comma)
	}
	src = deleteText(src, list[i].span)
	if list[i].comma < 0 && i > 0 {
		deleteComma(list[i-1].comma)
	}
	inside := container.StartOffset + 1
	if rest := bytes.TrimLeft(src[inside:], whitespace); rest[0] == '}' || rest[0] == ']' {
		src = slices.Concat(src[:inside], rest)
	}
	return src
}

// indentUnit returns one step of the document's indentation.
func indentUnit(src []byte, root hujson.Value) string {
	if list := items(root); len(list) > 0 {
		return cmp.Or(indentation(src, list[0].start), "  ")
	}
	return "  "
}

func encodeJSON(value any, indent, unit string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // an address may have &
	encoder.SetIndent(indent, unit)
	if err := encoder.Encode(value); err != nil {
		panic(err) // strings, and lists and maps of them, always encode
	}
	return strings.TrimSuffix(out.String(), "\n")
}
