package langsmith

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// marshal encodes a body as a person would write it: < and > unescaped, maps in
// order, and what a caller gave to be passed on as it was given. That holds no
// name twice, or it would not have been read.
func marshal(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.PreserveRawStrings(true), jsontext.AllowDuplicateNames(true))
}
