package langsmith

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is a time in a response. The API writes times with or without fractions of a
// second, and with or without a zone (UTC). An invalid time is zero, so that the rest of
// the response can be read.
type Time struct{ time.Time }

var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02",
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(data []byte) error {
	t.Time = time.Time{}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return nil //nolint:nilerr // any value but a text is an invalid time
	}
	for _, layout := range timeLayouts {
		if parsed, err := time.Parse(layout, text); err == nil {
			t.Time = parsed.UTC()
			return nil
		}
	}
	return nil
}

// MarshalJSON writes RFC 3339 in UTC, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339Nano))
}

// DateTime is a time in a request: RFC 3339 with a zone, sent to the API as the caller
// wrote it.
type DateTime string

// Time parses the time.
func (d DateTime) Time() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, string(d))
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time with a zone such as 2026-01-31T00:00:00Z", string(d))
	}
	return t, nil
}
