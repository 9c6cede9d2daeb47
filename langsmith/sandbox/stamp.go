package sandbox

import (
	"encoding/json"
	"time"
)

// stamp writes a time as LangSmith does: in UTC, with microseconds and a
// numeric zone.
type stamp time.Time

func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(s).UTC().Format("2006-01-02T15:04:05.000000+00:00"))
}

// optionalStamp leaves out the time that was never set.
func optionalStamp(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}
