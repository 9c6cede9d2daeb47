package langsmith

import (
	"encoding/json"
	"math"
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

// UnmarshalJSON implements json.Unmarshaler; what is no object is no statistics.
func (s *Stats) UnmarshalJSON(data []byte) error {
	*s = nil
	var object map[string]any
	if json.Unmarshal(data, &object) == nil {
		*s = object
	}
	return nil
}
