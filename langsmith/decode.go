package langsmith

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// decode reads a response leniently: it skips a field whose type is not the documented
// one, such as an id that is not a UUID or a count that is negative, and reads the rest.
func decode(body []byte, out any) error {
	err := jsonv2.Unmarshal(body, out, lenientUnmarshalers, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var syntactic *jsontext.SyntacticError
	var semantic *jsonv2.SemanticError
	switch {
	case errors.As(err, &syntactic):
		var value any
		return json.Unmarshal(body, &value) // for encoding/json's error, which callers expect
	case errors.As(err, &semantic) && semantic.Err == nil:
		return &json.UnmarshalTypeError{Value: kindNames[semantic.JSONKind], Type: semantic.GoType, Offset: semantic.ByteOffset}
	}
	return err
}

// kindNames are encoding/json's names of the JSON types.
var kindNames = map[jsontext.Kind]string{
	jsontext.KindNull: "null", jsontext.KindFalse: "bool", jsontext.KindTrue: "bool", jsontext.KindString: "string",
	jsontext.KindNumber: "number", jsontext.KindBeginObject: "object", jsontext.KindBeginArray: "array",
}

var lenientUnmarshalers = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(decoder *jsontext.Decoder, out any) error {
	kind := decoder.PeekKind()
	switch out := out.(type) {
	case *uuid.UUID:
		return decodeUUID(decoder, out)
	case interface{ UnmarshalJSON(data []byte) error }:
		return errors.ErrUnsupported // it is lenient itself
	case *int:
		if kind == jsontext.KindNumber {
			return decodeCount(decoder, out)
		}
	}
	if kind != jsontext.KindNull && decoder.StackDepth() > 0 && !matchesKind(kind, reflect.TypeOf(out).Elem().Kind()) {
		return decoder.SkipValue()
	}
	return errors.ErrUnsupported
}))

// matchesKind reports whether a JSON value can be decoded into a Go value.
func matchesKind(value jsontext.Kind, target reflect.Kind) bool {
	switch target {
	case reflect.Struct, reflect.Map:
		return value == jsontext.KindBeginObject
	case reflect.Slice, reflect.Array:
		return value == jsontext.KindBeginArray
	case reflect.String:
		return value == jsontext.KindString
	case reflect.Bool:
		return value == jsontext.KindTrue || value == jsontext.KindFalse
	case reflect.Int:
		return value == jsontext.KindNumber
	}
	return true
}

func decodeUUID(decoder *jsontext.Decoder, out *uuid.UUID) error {
	*out = uuid.Nil
	value, err := decoder.ReadValue()
	if err != nil || value.Kind() != jsontext.KindString {
		return err
	}
	if text, err := jsontext.AppendUnquote(nil, value); err == nil {
		*out, _ = uuid.ParseBytes(text) // uuid.Nil if it is not a UUID
	}
	return nil
}

// maxCount exceeds any count of a workspace. The sum of maxItems such counts fits an
// int.
const maxCount = 1_000_000_000_000

// decodeCount reads a count, a level, a rank or an offset. Any other number is 0.
func decodeCount(decoder *jsontext.Decoder, out *int) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	*out = 0
	if f, err := strconv.ParseFloat(string(value), 64); err == nil && f >= 0 && f <= maxCount && f == float64(int(f)) {
		*out = int(f)
	}
	return nil
}

// validatable is a response whose required fields can be checked. The JSON of another
// server decodes without an error, into nothing.
type validatable interface{ isValid() bool }

var errIncompleteResponse = errors.New("the response lacks what the API documents")

// maxItems bounds the items of a list and the members of an object. A report has at
// most a thousand categories, a page a thousand runs.
const maxItems = 10_000

var errTooManyItems = fmt.Errorf("the response has more than %d items in one list or object", maxItems)

// List is an array in a response. It skips items whose type is not the documented one,
// and items without their id.
type List[T any] []T

// UnmarshalJSON implements json.Unmarshaler. Any value but an array is an empty list.
func (l *List[T]) UnmarshalJSON(data []byte) error {
	*l = nil
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if decoder.PeekKind() != jsontext.KindBeginArray {
		return nil
	}
	_, err := decoder.ReadToken()
	for n := 0; err == nil && decoder.PeekKind() != jsontext.KindEndArray; n++ {
		if n == maxItems {
			return errTooManyItems
		}
		var value jsontext.Value
		if value, err = decoder.ReadValue(); err != nil || value.Kind() == jsontext.KindNull {
			continue
		}
		var item T
		itemErr := decode(value, &item)
		checked, ok := any(&item).(validatable)
		switch {
		case errors.Is(itemErr, errTooManyItems):
			return itemErr
		case itemErr == nil && (!ok || checked.isValid()):
			*l = append(*l, item)
		}
	}
	return err
}

// list is an array that a response must have. Null is an empty list.
type list[T any] struct {
	items   List[T]
	rows    int  // number of items, including those that cannot be read; -1 for null
	present bool // null, an empty array, or at least one readable item
}

func (l *list[T]) isValid() bool { return l.present }

// UnmarshalJSON implements json.Unmarshaler.
func (l *list[T]) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	isArray := jsontext.Value(data).Kind() == jsontext.KindBeginArray
	err := l.items.UnmarshalJSON(data)
	l.rows = -1
	if isArray && err == nil {
		var rows []jsontext.Value
		err = jsonv2.Unmarshal(data, &rows, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		l.rows = len(rows)
	}
	isEmpty := string(data) == "null" || isArray && len(bytes.TrimSpace(data[1:len(data)-1])) == 0
	l.present = isEmpty || len(l.items) > 0
	return err
}

// Members are the members of an object with arbitrary names.
type Members map[string]json.RawMessage

// UnmarshalJSON implements json.Unmarshaler. Any value but an object has no members.
func (m *Members) UnmarshalJSON(data []byte) error {
	*m = nil
	return forEachMember(data, func(name string, value jsontext.Value) {
		if *m == nil {
			*m = Members{}
		}
		(*m)[name] = json.RawMessage(value.Clone())
	})
}

// forEachMember calls read for each member of an object. A value is valid until the
// next call.
func forEachMember(data []byte, read func(name string, value jsontext.Value)) error {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if decoder.PeekKind() != jsontext.KindBeginObject {
		return nil
	}
	_, err := decoder.ReadToken()
	for n := 0; err == nil && decoder.PeekKind() != jsontext.KindEndObject; n++ {
		if n == maxItems {
			return errTooManyItems
		}
		var name jsontext.Token
		if name, err = decoder.ReadToken(); err != nil {
			break
		}
		text := name.String()
		var value jsontext.Value
		if value, err = decoder.ReadValue(); err == nil {
			read(text, value)
		}
	}
	return err
}
