package jsonrpc

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// reader walks over a message without copying it.
type reader struct {
	data    []byte
	decoder *jsontext.Decoder
}

// next reports whether a value of this kind comes next.
func (r reader) next(kind jsontext.Kind) bool { return r.decoder.PeekKind() == kind }

// offset is where what was read last ends.
func (r reader) offset() int { return int(r.decoder.InputOffset()) }

// since returns the value that was read since an offset.
func (r reader) since(offset int) jsontext.Value {
	value := r.data[offset:r.offset():r.offset()]
	return bytes.TrimLeft(value, ": \t\r\n")
}

// value reads a value as it stands in the message.
func (r reader) value() (jsontext.Value, error) {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	end := r.offset()
	return r.data[end-len(value) : end : end], nil
}

// object calls read for every member of an object, to read its value. Where no
// object comes next, it skips the value.
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
