package langsmith

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Optional is a field for which the API tells three things apart: absent,
// null, and a value. The zero Optional is absent; a struct field holding one
// is tagged omitzero, so that what nobody set is not on the wire.
type Optional[T any] struct {
	value T
	state optionalState
}

type optionalState uint8

const (
	absent optionalState = iota
	null
	present
)

// Some returns an Optional that holds v.
func Some[T any](v T) Optional[T] { return Optional[T]{value: v, state: present} }

// Null returns an Optional that is an explicit null.
func Null[T any]() Optional[T] { return Optional[T]{state: null} }

// Get returns the value, and whether there is one: neither absent nor null.
func (o Optional[T]) Get() (T, bool) { return o.value, o.state == present }

// IsNull reports whether the field is an explicit null.
func (o Optional[T]) IsNull() bool { return o.state == null }

// IsZero reports whether the field is absent; encoding/json asks it for omitzero.
func (o Optional[T]) IsZero() bool { return o.state == absent }

// MarshalJSON writes the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte("null"), nil
	}
	return marshal(o.value)
}

// UnmarshalJSON is called only for a field that is there, so it never leaves
// the Optional absent.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	*o = Optional[T]{}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		o.state = null
		return nil
	}
	o.state = present
	return json.Unmarshal(data, &o.value)
}

// ElemType returns the type of the value, for those who describe the field.
func (o Optional[T]) ElemType() reflect.Type { return reflect.TypeFor[T]() }
