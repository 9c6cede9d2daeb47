package jsonrpc

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// What the params of a message, or the answer of a client, may hold. Every value takes
// some hundred bytes once it is decoded, however short it is written, and every level a
// frame of the stack. A thousand chats of sixty messages are within it.
const (
	maxValues = 200_000
	maxDepth  = 100
)

// checkBounds walks over valid JSON, without decoding them. A short text with few
// brackets is surely within the bounds.
func checkBounds(value jsontext.Value) error {
	if len(value) < maxValues && bytes.Count(value, []byte("{"))+bytes.Count(value, []byte("[")) <= maxDepth {
		return nil
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for tokens := 0; ; tokens++ { // names of members, and ends, count too
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
