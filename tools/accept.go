package tools

import (
	"bytes"
	"cmp"
	"io"
	"math/big"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// acceptance holds arguments against a schema in one pass over their bytes,
// building nothing. It knows what the schemas of tools consist of and the plain
// ways to write a value. What it accepts the validator accepts too; what it
// does not is the validator's to judge and to explain.
type acceptance struct {
	types      []string // JSON Schema's names; none for any
	enum       *validator.Enum
	format     *validator.Format
	bounds     []bound
	minLength  int // characters
	maxLength  int
	minItems   int
	maxItems   int
	properties map[string]*acceptance
	nullable   map[string]bool // properties that may be null whatever their schema says
	required   []string
	others     *acceptance // of properties that have no name here; nil where there may be none
	items      *acceptance
	anything   bool // whatever it is
}

var whatever = &acceptance{anything: true}

// bound is one end of a range.
type bound struct {
	at      float64
	allowed []int // how a number may compare to it
}

// understood are the keywords that newAcceptance reads, or that say nothing of
// what is valid, by the validator's names for them.
var understood = []string{
	"Types", "Enum", "Format", "Required", "Properties", "AdditionalProperties", "Items2020",
	"MinLength", "MaxLength", "MinItems", "MaxItems", "Minimum", "Maximum", "ExclusiveMinimum", "ExclusiveMaximum",
	"DraftVersion", "Location", "Description", "Default",
}

// newAcceptance reads a compiled schema. It returns nil, which accepts nothing,
// for one of which something is not understood.
func newAcceptance(schema *validator.Schema) *acceptance {
	if schema.Bool != nil && *schema.Bool {
		return whatever
	}
	fields := reflect.ValueOf(schema).Elem()
	for i := range fields.NumField() {
		field := fields.Type().Field(i)
		unset := fields.Field(i).IsZero() || field.Type.Kind() == reflect.Map && fields.Field(i).Len() == 0
		if field.IsExported() && !unset && !slices.Contains(understood, field.Name) {
			return nil
		}
	}
	a := &acceptance{
		enum: schema.Enum, format: schema.Format, required: schema.Required,
		minLength: orElse(schema.MinLength, 0), maxLength: orElse(schema.MaxLength, -1),
		minItems: orElse(schema.MinItems, 0), maxItems: orElse(schema.MaxItems, -1),
		bounds: slices.Concat(newBound(schema.Minimum, 0, 1), newBound(schema.ExclusiveMinimum, 1),
			newBound(schema.Maximum, 0, -1), newBound(schema.ExclusiveMaximum, -1)),
	}
	if schema.Types != nil {
		a.types = schema.Types.ToStrings()
	}
	readable := true
	read := func(below *validator.Schema) *acceptance {
		read := newAcceptance(below)
		readable = readable && read != nil
		return read
	}
	a.properties = make(map[string]*acceptance, len(schema.Properties))
	for name, property := range schema.Properties {
		a.properties[name] = read(property)
	}
	switch others := schema.AdditionalProperties.(type) {
	case nil:
		a.others = whatever
	case *validator.Schema:
		a.others = read(others)
	case bool:
		if others {
			return nil
		}
	}
	a.items = whatever
	if schema.Items2020 != nil {
		a.items = read(schema.Items2020)
	}
	if !readable {
		return nil
	}
	return a
}

func orElse(n *int, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return *n
}

func newBound(at *big.Rat, allowed ...int) []bound {
	if at == nil {
		return nil
	}
	nearest, _ := at.Float64() // bounds of tools are small whole numbers
	return []bound{{at: nearest, allowed: allowed}}
}

// accepts reports whether data is a value that the schema surely allows.
func (a *acceptance) accepts(data []byte) bool {
	// A name that is given twice is refused when the struct is read.
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	if a == nil || !a.value(decoder) {
		return false
	}
	_, err := decoder.ReadToken()
	return err == io.EOF
}

// value reads one value.
func (a *acceptance) value(decoder *jsontext.Decoder) bool {
	if a.anything {
		return decoder.SkipValue() == nil
	}
	switch decoder.PeekKind() {
	case jsontext.KindNull:
		return a.isOf("null") && a.lists(nil) && decoder.SkipValue() == nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return a.isOf("boolean") && a.enum == nil && decoder.SkipValue() == nil
	case jsontext.KindNumber:
		return (a.isOf("number") || a.isOf("integer")) && a.enum == nil && a.number(decoder)
	case jsontext.KindString:
		return a.isOf("string") && a.text(decoder)
	case jsontext.KindBeginArray:
		return a.isOf("array") && a.enum == nil && a.array(decoder)
	case jsontext.KindBeginObject:
		return a.isOf("object") && a.enum == nil && a.object(decoder)
	}
	return false
}

func (a *acceptance) isOf(name string) bool {
	return a.types == nil || slices.Contains(a.types, name)
}

func (a *acceptance) lists(value any) bool {
	return a.enum == nil || slices.Contains(a.enum.Values, value)
}

// number accepts whole numbers in plain digits that a float64 holds exactly.
func (a *acceptance) number(decoder *jsontext.Decoder) bool {
	const exact = 15 // digits
	raw, err := decoder.ReadValue()
	if err != nil || len(raw) > exact {
		return false
	}
	whole, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return false
	}
	for _, bound := range a.bounds {
		if !slices.Contains(bound.allowed, cmp.Compare(float64(whole), bound.at)) {
			return false
		}
	}
	return true
}

func (a *acceptance) text(decoder *jsontext.Decoder) bool {
	token, err := decoder.ReadToken()
	if err != nil {
		return false
	}
	if a.enum == nil && a.format == nil && a.minLength == 0 && a.maxLength < 0 {
		return true
	}
	text := token.String()
	length := utf8.RuneCountInString(text)
	return a.lists(text) && length >= a.minLength && (a.maxLength < 0 || length <= a.maxLength) &&
		(a.format == nil || a.format.Validate(text) == nil)
}

func (a *acceptance) array(decoder *jsontext.Decoder) bool {
	if _, err := decoder.ReadToken(); err != nil {
		return false
	}
	items := 0
	for ; decoder.PeekKind() != jsontext.KindEndArray; items++ {
		if !a.items.value(decoder) {
			return false
		}
	}
	_, err := decoder.ReadToken()
	return err == nil && items >= a.minItems && (a.maxItems < 0 || items <= a.maxItems)
}

func (a *acceptance) object(decoder *jsontext.Decoder) bool {
	if _, err := decoder.ReadToken(); err != nil {
		return false
	}
	var seen uint64 // of the required, by their bits
	for decoder.PeekKind() != jsontext.KindEndObject {
		quoted, err := decoder.ReadValue()
		if err != nil || bytes.IndexByte(quoted, '\\') >= 0 {
			return false
		}
		name := quoted[1 : len(quoted)-1]
		property, named := a.properties[string(name)]
		if !named {
			property = a.others
		}
		nullable := a.nullable[string(name)]
		if at := slices.Index(a.required, string(name)); at >= 0 {
			seen |= 1 << at
			nullable = false
		}
		switch {
		case property == nil:
			return false
		case nullable && decoder.PeekKind() == jsontext.KindNull: // as if it were not there
			property = whatever
			fallthrough
		default:
			if !property.value(decoder) {
				return false
			}
		}
	}
	_, err := decoder.ReadToken()
	return err == nil && bits.OnesCount64(seen) == len(a.required)
}
