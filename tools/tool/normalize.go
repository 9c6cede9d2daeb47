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

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// normalizer reads arguments and writes them in the form of their schema if their meaning
// is clear: hosts write 5 as 5.0, send "" or null for absent arguments, and put numbers,
// objects and arrays into strings. A value without a type in the schema is unchanged. So
// is a value without a clear meaning, which the validator refuses.
type normalizer struct {
	decoder  *jsontext.Decoder // refuses duplicate names
	out      []byte            // the normalized arguments so far
	unpacked int               // the tokens of JSON in strings so far
}

// maxTokens bounds the JSON in strings, each of which counts as one value in the message.
// A decoded value takes some hundred bytes. A value that is not an object has one or two
// tokens.
const maxTokens = 400_000

var errTooManyTokens = errors.New("too much JSON in strings")

// normalize returns the arguments as text, and decoded for the validator. It fails if
// they are not one valid JSON value.
func normalize(schema *validator.Schema, arguments jsontext.Value) (jsontext.Value, any, error) {
	n := normalizer{decoder: newDecoder(arguments), out: make([]byte, 0, len(arguments))}
	value, err := n.normalizeValue(schema)
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

// normalizeValue reads the next value, writes it and returns it.
func (n *normalizer) normalizeValue(schema *validator.Schema) (any, error) {
	if schema.Types == nil {
		return n.copyValue()
	}
	switch n.decoder.PeekKind() {
	case '{':
		return n.normalizeObject(schema)
	case '[':
		return n.normalizeArray(schema)
	case '"':
		return n.normalizeText(schema)
	case '0':
		return n.normalizeNumber(schema)
	}
	return n.copyValue()
}

// copyValue reads a value and writes it unchanged.
func (n *normalizer) copyValue() (any, error) {
	raw, err := n.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	n.out = append(n.out, raw...)
	var value any
	err = jsonv2.Unmarshal(raw, &value, exactNumbers)
	return value, err
}

// exactNumbers decodes a number as the validator expects it.
var exactNumbers = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(decoder *jsontext.Decoder, value *any) error {
	if decoder.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	number, err := decoder.ReadValue()
	*value = json.Number(number)
	return err
}))

// normalizeObject reads the arguments of a closed object, and the entries of a map. It leaves out
// an optional argument that counts as absent. An open object is unchanged.
func (n *normalizer) normalizeObject(schema *validator.Schema) (any, error) {
	entries, isMap := schema.AdditionalProperties.(*validator.Schema)
	if !isMap && schema.AdditionalProperties != false {
		return n.copyValue()
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
		value, err := n.normalizeValue(inner)
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

// anySchema is the schema of an unknown argument.
var anySchema = &validator.Schema{}

// isAbsent reports whether the value of an optional argument means that it is absent: an
// empty string, or a null that is not sent as null.
func isAbsent(schema *validator.Schema, value any) bool {
	if value == nil {
		return schema.Types == nil || !allows(schema, "null")
	}
	return value == ""
}

func (n *normalizer) normalizeArray(schema *validator.Schema) (any, error) {
	each, ok := schema.Items.(*validator.Schema)
	if !ok {
		return n.copyValue()
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
		item, err := n.normalizeValue(each)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	n.out = append(n.out, ']')
	_, err := n.decoder.ReadToken()
	return items, err
}

// normalizeText reads a string. If no string is allowed, it reads the JSON inside, if its type is
// allowed.
func (n *normalizer) normalizeText(schema *validator.Schema) (any, error) {
	token, err := n.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	text := token.String()
	if !allows(schema, "string") {
		if inner := jsontext.Value(strings.TrimSpace(text)); allowsKind(schema, inner.Kind()) && inner.IsValid() {
			if tokens := countTokens(inner); tokens < maxTokens {
				return n.unpack(schema, inner, tokens)
			}
		}
	}
	n.out, err = jsontext.AppendQuote(n.out, text)
	return text, err
}

// unpack reads the JSON in a string.
func (n *normalizer) unpack(schema *validator.Schema, inner jsontext.Value, tokens int) (any, error) {
	if n.unpacked += tokens; n.unpacked >= maxTokens {
		return nil, errTooManyTokens
	}
	outer := n.decoder
	n.decoder = newDecoder(inner)
	value, err := n.normalizeValue(schema)
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

// allowsKind reports whether a string may contain a JSON value of a kind.
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

// normalizeNumber reads a number. It writes a whole one without a point and an exponent if the
// schema has an integer.
func (n *normalizer) normalizeNumber(schema *validator.Schema) (any, error) {
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

// boundExponent reduces a number to a size at which exact arithmetic, which the validator
// uses too, is fast. A larger number is refused in either size.
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
