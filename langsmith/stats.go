package langsmith

import (
	"encoding/json"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// Stats are the statistics of a cluster by LangSmith's keys. A missing key is unknown,
// not zero.
type Stats map[string]any

// The known keys.
const (
	StatRunCount   = "run_count"
	StatErrorRate  = "error_rate"  // 0 to 1
	StatLatencyP50 = "latency_p50" // seconds
	StatCostP50    = "cost_p50"    // US dollars
)

// Number returns a statistic that is a number, or a text that holds one.
func (s Stats) Number(key string) (float64, bool) {
	switch value := s[key].(type) {
	case float64:
		return value, true
	case string:
		f, err := json.Number(value).Float64()
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// The bounds of a cluster's statistics. Further ones, and longer ones (in bytes), are
// skipped.
const (
	maxStats     = 100
	maxStatBytes = 4_000
)

// UnmarshalJSON implements json.Unmarshaler. Any value but an object has no statistics. A
// statistic that is an object or an array is kept as raw JSON.
func (s *Stats) UnmarshalJSON(data []byte) error {
	*s = nil
	return forEachMember(data, func(key string, raw jsontext.Value) {
		if len(*s) == maxStats || len(key) > maxStatBytes || len(raw) > maxStatBytes {
			return
		}
		if *s == nil {
			*s = Stats{}
		}
		switch raw.Kind() {
		case jsontext.KindBeginObject, jsontext.KindBeginArray:
			(*s)[key] = json.RawMessage(raw.Clone())
		default:
			var value any
			if json.Unmarshal(raw, &value) == nil { // fails for a number that is too large
				(*s)[key] = value
			}
		}
	})
}
