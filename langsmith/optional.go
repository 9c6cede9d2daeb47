package langsmith

import (
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Optional is a field for which the API distinguishes absent, null and a value. The
// zero Optional is absent. Its struct field is tagged omitzero, so that it is not sent.
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

// IsAbsent reports whether the field is absent.
func (o Optional[T]) IsAbsent() bool { return o.state == absent }

// MarshalJSONTo implements json.MarshalerTo. It writes the value, or null.
func (o Optional[T]) MarshalJSONTo(encoder *jsontext.Encoder) error {
	if o.state != present {
		return encoder.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(encoder, &o.value)
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom. It is called only for a field that
// is present.
func (o *Optional[T]) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	*o = Optional[T]{state: present}
	if decoder.PeekKind() == jsontext.KindNull {
		o.state = null
		return decoder.SkipValue()
	}
	return json.UnmarshalDecode(decoder, &o.value)
}

// MarshalJSON is MarshalJSONTo for encoding/json before Go 1.27.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return marshal(o) }

// UnmarshalJSON is UnmarshalJSONFrom for encoding/json before Go 1.27.
func (o *Optional[T]) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, o) }

// ElemType returns the type of the value, for the generation of JSON Schema.
func (o Optional[T]) ElemType() reflect.Type { return reflect.TypeFor[T]() }
