package tool

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// normalizer reads arguments and writes them as their schema has them, where their
// meaning is plain: hosts write 5 as 5.0, send "" or null for arguments that are left
// out, and put numbers, objects and lists into strings. What the schema gives no type
// stays to the letter. What cannot be understood stays too, for the validator to
// refuse.
type normalizer struct {
	decoder  *jsontext.Decoder // refuses a name that an object has twice
	out      []byte            // what was read so far
	unpacked int               // tokens of JSON in strings
}

// maxTokens bounds the JSON in the strings of arguments, which counts as one value each
// in the message. Decoded, a value takes some hundred bytes. One that is no object has
// one or two tokens.
const maxTokens = 400_000

var errTooManyTokens = errors.New("too much JSON in strings")

// normalize returns the arguments as text, and as the value that a validator takes. It
// fails where they are not one valid JSON value.
func normalize(schema *validator.Schema, arguments jsontext.Value) (jsontext.Value, any, error) {
	n := normalizer{decoder: newDecoder(arguments), out: make([]byte, 0, len(arguments))}
	value, err := n.value(schema)
	if err != nil {
		return nil, nil, err
	}
	if _, err := n.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, nil, cmp.Or(err, errors.New("something follows it"))
	}
	return n.out, value, nil
}

func newDecoder(value jsontext.Value) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(value))
}

// value reads the next value, writes it and returns it.
func (n *normalizer) value(schema *validator.Schema) (any, error) {
	if schema.Types == nil {
		return n.verbatim()
	}
	switch n.decoder.PeekKind() {
	case '{':
		return n.object(schema)
	case '[':
		return n.array(schema)
	case '"':
		return n.text(schema)
	case '0':
		return n.number(schema)
	}
	return n.verbatim()
}

// verbatim reads a value that stays as it is.
func (n *normalizer) verbatim() (any, error) {
	value, err := n.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	n.out = append(n.out, value...)
	return validator.UnmarshalJSON(bytes.NewReader(value))
}

// object reads the arguments in a closed object, and the entries of a map. An optional
// argument that is absent in all but name is left out. An open object is LangSmith's
// affair.
func (n *normalizer) object(schema *validator.Schema) (any, error) {
	entries, isMap := schema.AdditionalProperties.(*validator.Schema)
	if !isMap && schema.AdditionalProperties != false {
		return n.verbatim()
	}
	if _, err := n.decoder.ReadToken(); err != nil {
		return nil, err
	}
	members := map[string]any{}
	n.out = append(n.out, '{')
	for n.decoder.PeekKind() != '}' {
		token, err := n.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name, start := token.String(), len(n.out)
		if len(members) > 0 {
			n.out = append(n.out, ',')
		}
		if n.out, err = jsontext.AppendQuote(n.out, name); err != nil {
			return nil, err
		}
		n.out = append(n.out, ':')
		inner, known := schema.Properties[name]
		if !known {
			inner = cmp.Or(entries, anySchema)
		}
		value, err := n.value(inner)
		if err != nil {
			return nil, err
		}
		if known && isAbsent(inner, value) && !slices.Contains(schema.Required, name) {
			n.out = n.out[:start]
			continue
		}
		members[name] = value
	}
	n.out = append(n.out, '}')
	_, err := n.decoder.ReadToken()
	return members, err
}

// anySchema is that of an argument that is not known.
var anySchema = &validator.Schema{}

// isAbsent reports whether the value of an optional argument says that there is
// none: an empty string, or null unless that is sent as it is.
func isAbsent(schema *validator.Schema, value any) bool {
	if value == nil {
		return schema.Types == nil || !allows(schema, "null")
	}
	return value == ""
}

func (n *normalizer) array(schema *validator.Schema) (any, error) {
	each, ok := schema.Items.(*validator.Schema)
	if !ok {
		return n.verbatim()
	}
	if _, err := n.decoder.ReadToken(); err != nil {
		return nil, err
	}
	items := []any{}
	n.out = append(n.out, '[')
	for n.decoder.PeekKind() != ']' {
		if len(items) > 0 {
			n.out = append(n.out, ',')
		}
		item, err := n.value(each)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	n.out = append(n.out, ']')
	_, err := n.decoder.ReadToken()
	return items, err
}

// text reads a string: the JSON inside it where no string is allowed, but the type of
// that JSON is.
func (n *normalizer) text(schema *validator.Schema) (any, error) {
	quoted, err := n.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	unquoted, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		return nil, err
	}
	if inner := jsontext.Value(bytes.TrimSpace(unquoted)); !allows(schema, "string") && allowsKind(schema, inner.Kind()) && inner.IsValid() {
		if tokens := countTokens(inner); tokens < maxTokens {
			return n.unpack(schema, inner, tokens)
		}
	}
	n.out = append(n.out, quoted...)
	return string(unquoted), nil
}

// unpack reads the JSON of a string.
func (n *normalizer) unpack(schema *validator.Schema, inner jsontext.Value, tokens int) (any, error) {
	if n.unpacked += tokens; n.unpacked >= maxTokens {
		return nil, errTooManyTokens
	}
	outer := n.decoder
	n.decoder = newDecoder(inner)
	value, err := n.value(schema)
	n.decoder = outer
	return value, err
}

// countTokens counts the tokens of valid JSON, up to maxTokens.
func countTokens(value jsontext.Value) (tokens int) {
	decoder := newDecoder(value)
	for tokens < maxTokens {
		if _, err := decoder.ReadToken(); err != nil {
			break
		}
		tokens++
	}
	return tokens
}

// allowsKind reports whether a string may hold a JSON value of this kind.
func allowsKind(schema *validator.Schema, kind jsontext.Kind) bool {
	switch kind {
	case '{':
		return allows(schema, "object")
	case '[':
		return allows(schema, "array")
	case '0':
		return allows(schema, "number") || allows(schema, "integer")
	case 't', 'f':
		return allows(schema, "boolean")
	}
	return false
}

func allows(schema *validator.Schema, name string) bool {
	var named validator.Types
	named.Add(name)
	return *schema.Types&named != 0
}

// number reads a number, a whole one without point and exponent where an integer is
// wanted.
func (n *normalizer) number(schema *validator.Schema) (any, error) {
	value, err := n.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	text := boundExponent(string(value))
	if strings.ContainsAny(text, ".eE") && allows(schema, "integer") {
		if exact, ok := new(big.Rat).SetString(text); ok && exact.IsInt() {
			text = exact.Num().String()
		}
	}
	n.out = append(n.out, text...)
	return json.Number(text), nil
}

// boundExponent keeps a number to a size at which exact arithmetic, which the
// validator does too, takes no time. A larger number is refused in either size.
func boundExponent(number string) string {
	const most = 400 // no float64 has more
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	n, err := strconv.Atoi(cmp.Or(exponent, "0"))
	switch {
	case err == nil && -most <= n && n <= most:
		return number
	case strings.HasPrefix(exponent, "-"):
		return fmt.Sprintf("%se-%d", mantissa, most)
	}
	return fmt.Sprintf("%se%d", mantissa, most)
}
