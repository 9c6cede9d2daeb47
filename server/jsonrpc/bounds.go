package jsonrpc

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of a message's params, and of a client's response. A decoded value takes some
// hundred bytes, even if its text is short, and each level takes a stack frame. A thousand
// chats of sixty messages are within the bounds.
const (
	maxValues = 200_000
	maxDepth  = 100
)

// checkBounds counts the values and levels of valid JSON. It skips a short text with few
// brackets, which is within the bounds.
func checkBounds(value jsontext.Value) error {
	if len(value) < maxValues && bytes.Count(value, []byte("{"))+bytes.Count(value, []byte("[")) <= maxDepth {
		return nil
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for tokens := 0; ; tokens++ { // names of members and closing brackets are tokens too
		switch _, err := decoder.ReadToken(); {
		case err != nil:
			return nil //nolint:nilerr // the end
		case decoder.StackDepth() > maxDepth:
			return fmt.Errorf("nested deeper than %d levels", maxDepth)
		case tokens == 2*maxValues:
			return fmt.Errorf("more than %d values", maxValues)
		}
	}
}
