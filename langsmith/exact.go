package langsmith

import (
	"errors"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// ExactNumber is a number in a request, kept to the letter so that it reaches
// the API as the caller wrote it.
type ExactNumber string

// Float64 returns the float64 nearest to the number.
func (n ExactNumber) Float64() (float64, error) { return strconv.ParseFloat(string(n), 64) }

// MarshalJSONTo implements json.MarshalerTo.
func (n ExactNumber) MarshalJSONTo(encoder *jsontext.Encoder) error {
	return encoder.WriteValue(jsontext.Value(n))
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (n *ExactNumber) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	if value.Kind() != jsontext.KindNumber {
		return errors.New("is no number")
	}
	*n = ExactNumber(value)
	return nil
}
