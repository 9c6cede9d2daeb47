package tool

import (
	"bytes"
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// normalize writes arguments as their schema has them, where their meaning is
// plain: hosts write 5 as 5.0, send "" or null for arguments that are left out,
// and put numbers, objects and lists into strings. What the schema gives no type
// stays to the letter. What cannot be understood stays too, for the validator to
// refuse. It fails where the value is no valid JSON.
func normalize(schema *validator.Schema, value jsontext.Value) (jsontext.Value, error) {
	if schema.Types == nil {
		return value, nil
	}
	if value.Kind() == '"' {
		value = readString(schema, value)
	}
	switch value.Kind() {
	case '{':
		return normalizeObject(schema, value)
	case '[':
		return normalizeArray(schema, value)
	case '0':
		return normalizeNumber(schema, value), nil
	}
	return value, nil
}

// readString returns the JSON inside a string where no string is allowed, but the
// type of that JSON is.
func readString(schema *validator.Schema, value jsontext.Value) jsontext.Value {
	text, err := jsontext.AppendUnquote(nil, value)
	inner := jsontext.Value(bytes.TrimSpace(text))
	if err != nil || allows(schema, "string") || !inner.IsValid() || holdsMoreThan(inner, maxValues) {
		return value
	}
	for _, name := range typesOf(inner.Kind()) {
		if allows(schema, name) {
			return inner
		}
	}
	return value
}

// typesOf returns JSON Schema's names for what a string may hold.
func typesOf(kind jsontext.Kind) []string {
	switch kind {
	case '{':
		return []string{"object"}
	case '[':
		return []string{"array"}
	case '0':
		return []string{"number", "integer"}
	case 't', 'f':
		return []string{"boolean"}
	}
	return nil
}

func allows(schema *validator.Schema, name string) bool {
	return slices.Contains(schema.Types.ToStrings(), name)
}

// normalizeObject normalizes the arguments in a closed object, and the entries of
// a map. An optional argument that is absent in all but name is left out. An open
// object is LangSmith's affair.
func normalizeObject(schema *validator.Schema, object jsontext.Value) (jsontext.Value, error) {
	entries, isMap := schema.AdditionalProperties.(*validator.Schema)
	if !isMap && schema.AdditionalProperties != false {
		return object, nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	out := []byte("{")
	for d.PeekKind() != '}' {
		start := len(out)
		quoted, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		out = append(append(separate(out), quoted...), ':')
		name, err := jsontext.AppendUnquote(nil, quoted)
		if err != nil {
			return nil, err
		}
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		inner := schema.Properties[string(name)]
		if inner != nil && isAbsent(inner, value) && !slices.Contains(schema.Required, string(name)) {
			out = out[:start]
			continue
		}
		if inner == nil {
			inner = entries
		}
		if inner != nil {
			if value, err = normalize(inner, value); err != nil {
				return nil, err
			}
		}
		out = append(out, value...)
	}
	return append(out, '}'), nil
}

// isAbsent reports whether the value of an optional argument says that there is
// none: an empty string, or null unless that is sent as it is.
func isAbsent(schema *validator.Schema, value jsontext.Value) bool {
	if value.Kind() == 'n' {
		return schema.Types == nil || !allows(schema, "null")
	}
	return string(value) == `""`
}

func normalizeArray(schema *validator.Schema, array jsontext.Value) (jsontext.Value, error) {
	if schema.Items2020 == nil {
		return array, nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(array))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	out := []byte("[")
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		if value, err = normalize(schema.Items2020, value); err != nil {
			return nil, err
		}
		out = append(separate(out), value...)
	}
	return append(out, ']'), nil
}

// separate ends what was written before, if anything was.
func separate(out []byte) []byte {
	if len(out) > 1 {
		return append(out, ',')
	}
	return out
}

// normalizeNumber writes a whole number without point and exponent where an
// integer is wanted.
func normalizeNumber(schema *validator.Schema, number jsontext.Value) jsontext.Value {
	text := boundExponent(string(number))
	if allows(schema, "integer") && strings.ContainsAny(text, ".eE") {
		if exact, ok := new(big.Rat).SetString(text); ok && exact.IsInt() {
			text = exact.Num().String()
		}
	}
	return jsontext.Value(text)
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
