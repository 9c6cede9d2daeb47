package langsmith

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// marshal encodes a request body: < and > unescaped, maps in order, and raw JSON of a
// caller unchanged. Raw JSON needs no check for duplicate names, since it was checked
// when it was read.
func marshal(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.PreserveRawStrings(true), jsontext.AllowDuplicateNames(true))
}
