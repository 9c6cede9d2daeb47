package sandbox

import (
	"encoding/json"
	"time"
)

// timestamp marshals a time as LangSmith does: in UTC, with microseconds and a numeric
// zone.
type timestamp time.Time

func (s timestamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(s).UTC().Format("2006-01-02T15:04:05.000000+00:00"))
}

// timestampOrNil returns nil for a zero time.
func timestampOrNil(t time.Time) *timestamp {
	if t.IsZero() {
		return nil
	}
	s := timestamp(t)
	return &s
}
