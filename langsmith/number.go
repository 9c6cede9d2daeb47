package langsmith

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Number is a quantity, such as a cost, that the API writes as a number or as text. Any
// other value is absent.
type Number struct{ value *float64 }

// Get returns the number, and whether there is one.
func (n Number) Get() (float64, bool) {
	if n.value == nil {
		return 0, false
	}
	return *n.value, true
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(data []byte) error {
	n.value = nil
	text := string(bytes.Trim(bytes.TrimSpace(data), `"`))
	if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
		n.value = &f
	}
	return nil
}

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) { return json.Marshal(n.value) }
