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

// decode reads an answer leniently: a field of another type than the documented
// one is left out, an id that is no UUID and a count that cannot be one among
// them, and everything else is read.
func decode(body []byte, out any) error {
	err := jsonv2.Unmarshal(body, out, lenient, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var syntactic *jsontext.SyntacticError
	var semantic *jsonv2.SemanticError
	switch {
	case errors.As(err, &syntactic):
		var value any
		return json.Unmarshal(body, &value) // callers know encoding/json's errors
	case errors.As(err, &semantic) && semantic.Err == nil:
		return &json.UnmarshalTypeError{Value: kindNames[semantic.JSONKind], Type: semantic.GoType, Offset: semantic.ByteOffset}
	}
	return err
}

// kindNames are encoding/json's names of what a value is.
var kindNames = map[jsontext.Kind]string{
	jsontext.KindNull: "null", jsontext.KindFalse: "bool", jsontext.KindTrue: "bool", jsontext.KindString: "string",
	jsontext.KindNumber: "number", jsontext.KindBeginObject: "object", jsontext.KindBeginArray: "array",
}

var lenient = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(decoder *jsontext.Decoder, out any) error {
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
	if kind != jsontext.KindNull && decoder.StackDepth() > 0 && !fits(kind, reflect.TypeOf(out).Elem().Kind()) {
		return decoder.SkipValue()
	}
	return errors.ErrUnsupported
}))

func fits(value jsontext.Kind, into reflect.Kind) bool {
	switch into {
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
		*out, _ = uuid.ParseBytes(text) // uuid.Nil where it is none
	}
	return nil
}

// mostCount is beyond what a workspace holds of anything; so many of it as one
// answer may list still add up to an int.
const mostCount = 1_000_000_000_000

// decodeCount reads a number of things, a level, a rank or an offset: 0 for what
// is none.
func decodeCount(decoder *jsontext.Decoder, out *int) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	*out = 0
	if f, err := strconv.ParseFloat(string(value), 64); err == nil && f >= 0 && f <= mostCount && f == float64(int(f)) {
		*out = int(f)
	}
	return nil
}

// recognizable is an answer that can tell a JSON body of LangSmith's from one
// of somebody else's, which decodes just as well into nothing.
type recognizable interface{ recognized() bool }

var errUnrecognized = errors.New("the answer lacks what the API documents")

// What one answer may hold of anything that takes memory for each: items of a
// list, members of an object. Reports have a thousand categories at most, pages
// a thousand runs.
const maxItems = 10_000

var errTooManyItems = fmt.Errorf("the answer holds more than %d items in one list or object", maxItems)

// List is an array of an answer. Items of another type than the documented one
// are left out, as are those without the id by which they are known.
type List[T any] []T

// UnmarshalJSON implements json.Unmarshaler; what is no array is an empty one.
func (l *List[T]) UnmarshalJSON(data []byte) error {
	*l = nil
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if decoder.PeekKind() != jsontext.KindBeginArray {
		return nil
	}
	_, err := decoder.ReadToken()
	for held := 0; err == nil && decoder.PeekKind() != jsontext.KindEndArray; held++ {
		if held == maxItems {
			return errTooManyItems
		}
		var value jsontext.Value
		if value, err = decoder.ReadValue(); err != nil || value.Kind() == jsontext.KindNull {
			continue
		}
		var item T
		failed := decode(value, &item)
		known, ok := any(&item).(recognizable)
		switch {
		case errors.Is(failed, errTooManyItems):
			return failed
		case failed == nil && (!ok || known.recognized()):
			*l = append(*l, item)
		}
	}
	return err
}

// list is an array that an answer must hold. Null is an empty one.
type list[T any] struct {
	items   List[T]
	rows    int // of the array, those that cannot be read included; -1 for null
	present bool
}

func (l *list[T]) recognized() bool { return l.present }

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
	l.present = isEmpty || len(l.items) > 0 // of items none of which can be read, nothing is known
	return err
}

// Members are the members of an object whose names are not LangSmith's.
type Members map[string]json.RawMessage

// UnmarshalJSON implements json.Unmarshaler; what is no object has no members.
func (m *Members) UnmarshalJSON(data []byte) error {
	*m = nil
	return eachMember(data, func(name string, value jsontext.Value) {
		if *m == nil {
			*m = Members{}
		}
		(*m)[name] = json.RawMessage(value.Clone())
	})
}

// eachMember calls read for the members of an object; a value is good until the
// next call.
func eachMember(data []byte, read func(name string, value jsontext.Value)) error {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if decoder.PeekKind() != jsontext.KindBeginObject {
		return nil
	}
	_, err := decoder.ReadToken()
	for held := 0; err == nil && decoder.PeekKind() != jsontext.KindEndObject; held++ {
		if held == maxItems {
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
