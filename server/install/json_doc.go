package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonDoc is a JSON text that is edited in place.
type jsonDoc struct {
	src     []byte
	root    hujson.Value
	newline string
	unit    string // one step of indentation
	inline  bool   // written on one line
	space   string // between a colon and its value
	blank   bool   // nothing but white space and comments
}

// jsonObject is an object of a jsonDoc and the indentation of its braces.
type jsonObject struct {
	*hujson.Object
	outer string
}

// parseJSON reads src, of which nothing but comments may be left: clients make
// such files, and take them for an empty object.
func parseJSON(src []byte) (*jsonDoc, error) {
	d := &jsonDoc{src: src, newline: newlineOf(src), unit: "  ", space: " "}
	// hujson wants a line comment ended; bytes takes the newline off again.
	root, err := hujson.Parse(slices.Concat(src, []byte("\n")))
	if err != nil {
		if root, err = parseBlank(src, d.newline); err != nil {
			return nil, err
		}
		d.blank = true
	}
	d.root = root
	obj, ok := root.Value.(*hujson.Object)
	if !ok {
		return nil, d.errorAt(&root, "expected an object")
	}
	if len(obj.Members) > 0 {
		d.inline = !bytes.ContainsRune(bytes.TrimSpace(src), '\n')
		if d.inline {
			d.space = strings.Repeat(" ", min(1, len(obj.Members[0].Value.BeforeExtra)))
		}
		if indent, ok := lineIndent(obj.Members[0].Name.BeforeExtra); ok && indent != "" {
			d.unit = indent
		}
	}
	return d, nil
}

// parseBlank reads a text of white space and comments. For any other it returns
// what is wrong with it.
func parseBlank(src []byte, newline string) (hujson.Value, error) {
	blank := src
	if len(bytes.TrimSpace(src)) == 0 {
		blank = nil
	} else if !bytes.HasSuffix(src, []byte("\n")) {
		blank = slices.Concat(src, []byte(newline))
	}
	root, err := hujson.Parse(slices.Concat(blank, []byte("{}"+newline+"\n")))
	if err != nil {
		_, invalid := hujson.Parse(src)
		return root, plainError(invalid)
	}
	return root, nil
}

// parseError parts hujson's errors into place and reason. A literal that follows
// the reason is dropped: it may be a key that was pasted with a stray backslash.
const parseError = `^hujson: (line \d+, column \d+): (invalid literal|.*)`

var errNotJSON = errors.New("not valid JSON")

func plainError(err error) error {
	m := regexp.MustCompile(parseError).FindStringSubmatch(fmt.Sprint(err))
	if m == nil {
		return errNotJSON
	}
	return fmt.Errorf("%s: %w: %s", m[1], errNotJSON, m[2])
}

func (d *jsonDoc) bytes() []byte {
	return bytes.TrimSuffix(d.root.Pack(), []byte("\n"))
}

// errorAt is an error that names the line of v.
func (d *jsonDoc) errorAt(v *hujson.Value, text string, args ...any) error {
	line := 1
	if v != nil {
		line += bytes.Count(d.src[:min(v.StartOffset, len(d.src))], []byte("\n"))
	}
	return fmt.Errorf("line %d: %s", line, fmt.Sprintf(text, args...))
}

func (d *jsonDoc) top() jsonObject {
	return jsonObject{Object: d.root.Value.(*hujson.Object)}
}

// indent is that of the members of obj.
func (d *jsonDoc) indent(obj jsonObject) string {
	if len(obj.Members) > 0 {
		if d.inline {
			d.space = strings.Repeat(" ", min(1, len(obj.Members[0].Value.BeforeExtra)))
		}
		if indent, ok := lineIndent(obj.Members[0].Name.BeforeExtra); ok {
			return indent
		}
	}
	return obj.outer + d.unit
}

func memberName(m hujson.ObjectMember) string {
	lit, _ := m.Name.Value.(hujson.Literal)
	return lit.String()
}

// index is the place of the member of that name, -1 if there is none. Two are an
// error: programs differ in which of them they take.
func (d *jsonDoc) index(obj jsonObject, want string) (int, error) {
	found := -1
	for i := range obj.Members {
		if memberName(obj.Members[i]) != want {
			continue
		}
		if found >= 0 {
			return -1, d.errorAt(&obj.Members[i].Name, "%q is there a second time", want)
		}
		found = i
	}
	return found, nil
}

// find is the value of the member of that name, nil if there is none.
func (d *jsonDoc) find(obj jsonObject, want string) (*hujson.Value, error) {
	i, err := d.index(obj, want)
	if i < 0 || err != nil {
		return nil, err
	}
	return &obj.Members[i].Value, nil
}

// child is the object of that name in obj. It is made if there is none.
func (d *jsonDoc) child(obj jsonObject, want string) (jsonObject, error) {
	at, err := d.find(obj, want)
	if err != nil {
		return jsonObject{}, err
	}
	outer := d.indent(obj)
	if at == nil {
		at = d.add(obj, want, struct{}{})
	}
	o, ok := at.Value.(*hujson.Object)
	if !ok {
		return jsonObject{}, d.errorAt(at, "%q is not an object", want)
	}
	return jsonObject{o, outer}, nil
}

// set gives the member of that name a value, unless it has it.
func (d *jsonDoc) set(obj jsonObject, name string, value any) error {
	at, err := d.find(obj, name)
	switch {
	case err != nil:
		return err
	case at == nil:
		d.add(obj, name, value)
	default:
		if text, ok := value.(string); ok {
			if lit, ok := at.Value.(hujson.Literal); ok && lit.Kind() == '"' && lit.String() == text {
				return nil // perhaps spelled with other escapes
			}
		}
		at.Value = d.encode(value, d.indent(obj)).Value
	}
	return nil
}

// add puts a member behind the others.
func (d *jsonDoc) add(obj jsonObject, name string, value any) *hujson.Value {
	indent := d.indent(obj)
	before, after := d.slot(members(obj.Object), indent, obj.outer)
	v := d.encode(value, indent)
	v.BeforeExtra, v.AfterExtra = hujson.Extra(d.space), after
	obj.Members = append(obj.Members, hujson.ObjectMember{
		Name:  hujson.Value{BeforeExtra: before, Value: hujson.String(name)},
		Value: v,
	})
	return &obj.Members[len(obj.Members)-1].Value
}

// encode writes value in the manner of the document.
func (d *jsonDoc) encode(value any, indent string) hujson.Value {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false) // a URL keeps its &
	if !d.inline {
		encoder.SetIndent(indent, d.unit)
	}
	if err := encoder.Encode(value); err != nil {
		panic(err) // strings, and lists and maps of them, always encode
	}
	text := bytes.ReplaceAll(bytes.TrimSpace(buf.Bytes()), []byte("\n"), []byte(d.newline))
	v, err := hujson.Parse(text)
	if err != nil {
		panic(err) // what encoding/json writes is JSON
	}
	return v
}

func newlineOf(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
