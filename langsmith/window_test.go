package langsmith_test

import (
	"encoding/json"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith"
)

func TestWindow(t *testing.T) {
	now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	for request, want := range map[string][2]time.Time{
		`{}`:                                    {now.AddDate(0, 0, -7), now},
		`{"last_n_hours":24}`:                   {now.AddDate(0, 0, -1), now},
		`{"last_n_hours":9007199254740993}`:     {time.Unix(0, 0), now},
		`{"start_time":"2026-11-01T00:00:00Z"}`: {now.AddDate(0, 0, -22).Add(-12 * time.Hour), now},
		`{"start_time":"2026-11-22T12:00:00Z","end_time":"2026-11-23T13:00:00+01:00"}`: {now.AddDate(0, 0, -1), now},
		`{"config_id":"33333333-3333-4333-8333-333333333333","last_n_hours":24}`:       {now.AddDate(0, 0, -1), now},
		`{"config_id":"33333333-3333-4333-8333-333333333333"}`:                         {},
		`{"start_time":"yesterday"}`:                                                   {},
	} {
		var in langsmith.CreateInsightsJobRequest
		if err := json.Unmarshal([]byte(request), &in); err != nil {
			t.Fatal(err)
		}
		start, end, known := in.Window(now)
		if !start.Equal(want[0]) || !end.Equal(want[1]) || known == want[0].IsZero() {
			t.Errorf("%s has the window %s to %s, known %t", request, start, end, known)
		}
	}
}
