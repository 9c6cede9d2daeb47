package envelope

import (
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// reader walks over a message without copying it.
type reader struct {
	data    []byte
	decoder *jsontext.Decoder
}

func (r reader) at(kind jsontext.Kind) bool { return r.decoder.PeekKind() == kind }

// offset is where what was read last ends.
func (r reader) offset() int { return int(r.decoder.InputOffset()) }

// value reads a value as it stands in the message.
func (r reader) value() (json.RawMessage, error) {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	to := r.offset()
	return json.RawMessage(r.data[to-len(value) : to : to]), nil
}

// members has read called for every member of an object, which is to read its
// value; from is where the one before it ends. What is no object is passed over.
func (r reader) members(read func(name string, from int) error) error {
	if !r.at(jsontext.KindBeginObject) {
		return r.decoder.SkipValue()
	}
	_, err := r.decoder.ReadToken()
	for err == nil && !r.at(jsontext.KindEndObject) {
		from := r.offset()
		var name jsontext.Token
		if name, err = r.decoder.ReadToken(); err == nil {
			err = read(name.String(), from)
		}
	}
	if err == nil {
		_, err = r.decoder.ReadToken()
	}
	return err
}
