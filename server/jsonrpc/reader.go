package jsonrpc

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// reader reads a message without copying it.
type reader struct {
	data    []byte
	decoder *jsontext.Decoder
}

// next reports whether the next value has a kind.
func (r reader) next(kind jsontext.Kind) bool { return r.decoder.PeekKind() == kind }

// offset returns the offset after the last token.
func (r reader) offset() int { return int(r.decoder.InputOffset()) }

// since returns the bytes of the value that was read since an offset.
func (r reader) since(offset int) jsontext.Value {
	value := r.data[offset:r.offset():r.offset()]
	return bytes.TrimLeft(value, ": \t\r\n")
}

// value reads a value and returns its bytes in the message.
func (r reader) value() (jsontext.Value, error) {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	end := r.offset()
	return r.data[end-len(value) : end : end], nil
}

// object calls read for each member of an object; read reads the member's value. It skips a
// value that is not an object.
func (r reader) object(read func(name string) error) error {
	if !r.next(jsontext.KindBeginObject) {
		return r.decoder.SkipValue()
	}
	_, err := r.decoder.ReadToken()
	for err == nil && !r.next(jsontext.KindEndObject) {
		var name jsontext.Token
		if name, err = r.decoder.ReadToken(); err == nil {
			err = read(name.String())
		}
	}
	if err == nil {
		_, err = r.decoder.ReadToken()
	}
	return err
}
