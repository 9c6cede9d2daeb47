package langsmith

import (
	"encoding/json"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// Stats are the statistics of a cluster: whatever keys LangSmith computed. A
// key that is missing is unknown, not zero.
type Stats map[string]any

// The keys that are known.
const (
	StatRunCount   = "run_count"
	StatErrorRate  = "error_rate"  // 0 to 1
	StatLatencyP50 = "latency_p50" // seconds
	StatCostP50    = "cost_p50"    // US dollars
)

// Number returns a statistic that is a number, or text that reads as one.
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

// What statistics are read of a cluster: the first ones, and of each only what is
// short enough to be shown, in bytes.
const (
	maxStats    = 100
	longestStat = 4_000
)

// UnmarshalJSON implements json.Unmarshaler; what is no object is no statistics. A
// statistic that is an object or a list stays as it is written.
func (s *Stats) UnmarshalJSON(data []byte) error {
	*s = nil
	return eachMember(data, func(key string, raw jsontext.Value) {
		if len(*s) == maxStats || len(key) > longestStat || len(raw) > longestStat {
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
			if json.Unmarshal(raw, &value) == nil { // or it is a number that is too large
				(*s)[key] = value
			}
		}
	})
}
