package langsmith

import (
	"encoding/json"
	"errors"
)

// decode reads an answer leniently: a field of another type than the
// documented one is left out, and everything else is read.
func decode(body []byte, out any) error {
	err := json.Unmarshal(body, out)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return nil
	}
	return err
}

// recognizable is an answer that can tell a JSON body of LangSmith's from one
// of somebody else's, which decodes just as well into nothing.
type recognizable interface{ recognized() bool }

var errUnrecognized = errors.New("the answer lacks what the API documents")

// list is an array that an answer must hold. Null is an empty one.
type list[T any] struct {
	items   []T
	present bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *list[T]) UnmarshalJSON(data []byte) error {
	l.items = nil
	err := decode(data, &l.items)
	l.present = err == nil
	return err
}
