package schedule_test

import (
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/tools/schedule"
)

var start = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) // a Monday

func TestWordsAndCounts(t *testing.T) {
	for _, c := range []struct {
		cron, words  string
		fewest, most int
		next         string
	}{
		{"0 6 * * mon", "every Monday at 06:00 UTC", 4, 5, "2026-11-30 06:00"},
		{"0 6 * * 1", "every Monday at 06:00 UTC", 4, 5, "2026-11-30 06:00"},
		{"0 6 * * THU", "every Thursday at 06:00 UTC", 4, 5, "2026-11-26 06:00"},
		{"30 18 * * *", "every day at 18:30 UTC", 28, 31, "2026-11-23 18:30"},
		{"0 6,18 * * *", "every day at 06:00 and 18:00 UTC", 56, 62, "2026-11-23 18:00"},
		{"0 9 * * 1-5", "Monday to Friday at 09:00 UTC", 20, 23, "2026-11-24 09:00"},
		{"0 9 * * sat,sun", "every Saturday and Sunday at 09:00 UTC", 8, 10, "2026-11-28 09:00"},
		{"0 9 * * 7", "every Sunday at 09:00 UTC", 4, 5, "2026-11-29 09:00"},
		{"0 9 * * fri-mon", "every Monday and Friday to Sunday at 09:00 UTC", 16, 19, "2026-11-27 09:00"},
		{"0 0 1 * *", "on day 1 of the month at 00:00 UTC", 1, 1, "2026-12-01 00:00"},
		{"0 0 1,15 * *", "on days 1 and 15 of the month at 00:00 UTC", 2, 2, "2026-12-01 00:00"},
		{"0 0 31 * *", "on day 31 of the month at 00:00 UTC", 0, 1, "2026-12-31 00:00"},
		{"0 0 1 1,7 *", "on day 1 of the month at 00:00 UTC, in January and July", 0, 1, "2027-01-01 00:00"},
		{"0 0 29 2 *", "on day 29 of the month at 00:00 UTC, in February", 0, 1, "2028-02-29 00:00"},
		{"0 6 1 * mon", "on day 1 of the month and every Monday at 06:00 UTC", 4, 6, "2026-11-30 06:00"},
		{"0 6 1-31 * mon", "every day at 06:00 UTC", 28, 31, "2026-11-24 06:00"},
		{"* * * * *", "every minute, UTC", 40320, 44640, "2026-11-23 12:01"},
		{"0 * * * *", "every hour, UTC", 672, 744, "2026-11-23 13:00"},
		{"5 * * * *", "every hour at minute 5, UTC", 672, 744, "2026-11-23 12:05"},
		{"*/15 * * * *", "every 15 minutes, UTC", 2688, 2976, "2026-11-23 12:15"},
		{"*/15 8-18 * * mon-fri", "every 15 minutes in the hours 8 to 18, Monday to Friday, UTC", 880, 1012, "2026-11-23 12:15"},
		{"0 */2 * * *", "every 2 hours from 00:00 on, UTC", 336, 372, "2026-11-23 14:00"},
		{"0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00 UTC", 112, 124, "2026-11-23 18:00"},
		{"0,20,25 * * * *", "every hour at minutes 0, 20 and 25, UTC", 2016, 2232, "2026-11-23 12:20"},
		{" 0  6\t* * mon ", "every Monday at 06:00 UTC", 4, 5, "2026-11-30 06:00"},
	} {
		s, err := schedule.Parse(c.cron)
		if err != nil {
			t.Errorf("%q: %v", c.cron, err)
			continue
		}
		if got := s.String(); got != c.words {
			t.Errorf("%q is described as %q, want %q", c.cron, got, c.words)
		}
		if fewest, most := s.PerMonth(start); fewest != c.fewest || most != c.most {
			t.Errorf("%q runs %d to %d times a month, want %d to %d", c.cron, fewest, most, c.fewest, c.most)
		}
		if got := s.Next(start).Format("2006-01-02 15:04"); got != c.next {
			t.Errorf("%q runs next at %s, want %s", c.cron, got, c.next)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for cron, want := range map[string]string{
		"":                              "five fields",
		"0 6 * *":                       "five fields",
		"0 0 6 * * mon":                 "not 6",
		"@daily":                        "write 0 0 * * *",
		"@Weekly":                       "write 0 0 * * 0",
		"@every 1h":                     "five fields",
		"@reboot":                       "five fields",
		"TZ=Europe/Berlin 0 6 * *":      "time zone",
		"CRON_TZ=UTC 0 6 * * 1":         "time zone",
		"TZ=0":                          "time zone",
		"60 6 * * *":                    "minute",
		"0 24 * * *":                    "hour",
		"0 6 0 * *":                     "day of the month",
		"0 6 32 * *":                    "day of the month",
		"0 6 * 13 *":                    "month",
		"0 6 * * 8":                     "day of the week",
		"0 6 * * montag":                "day of the week",
		"0 6 ? * *":                     "day of the month",
		"0 6 L * *":                     "day of the month",
		"0 6 * * fri#2":                 "day of the week",
		"5/15 6 * * *":                  "minute",
		"*/0 6 * * *":                   "minute",
		", 6 * * *":                     "minute",
		"0, 6 * * *":                    "minute",
		"-1 6 * * *":                    "minute",
		"0 6 30 2 *":                    "never occurs",
		strings.Repeat("0,", 200) + "0": "characters",
	} {
		if s, err := schedule.Parse(cron); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v; want an error with %q", cron, s, err, want)
		}
	}
}

// The counts of a month equal the number of its single runs.
func TestPerMonth(t *testing.T) {
	for _, cron := range []string{"*/7 3-20 * * *", "10,40 9 13 * fri", "0 0 */2 * *", "0 12 * 2 *"} {
		s, err := schedule.Parse(cron)
		if err != nil {
			t.Fatal(err)
		}
		first := s.Next(start)
		month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
		wantFewest, wantMost := -1, 0
		for range 12 {
			end, n := month.AddDate(0, 1, 0), 0
			for at := s.Next(month.Add(-time.Second)); at.Before(end); at = s.Next(at) {
				n++
			}
			if wantFewest < 0 || n < wantFewest {
				wantFewest = n
			}
			wantMost, month = max(wantMost, n), end
		}
		if fewest, most := s.PerMonth(start); fewest != wantFewest || most != wantMost {
			t.Errorf("%q: got %d to %d, want %d to %d", cron, fewest, most, wantFewest, wantMost)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0 6 * * mon", "TZ=0", "*/5 1-3,7 1 jan-mar THU", "@daily", "59 23 31 12 6", "\x00 * * * *", "0 6 1W * *"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := schedule.Parse(text)
		if err != nil {
			return
		}
		fewest, most := s.PerMonth(start)
		if most < 1 || fewest > most || s.PerDay() < 1 || most > 31*s.PerDay() {
			t.Errorf("%q runs %d to %d times a month and %d a day", text, fewest, most, s.PerDay())
		}
		if words := s.String(); !strings.Contains(words, "UTC") || strings.ContainsAny(words, "*/\n") {
			t.Errorf("%q is described as %q", text, words)
		}
	})
}

func BenchmarkPerMonth(b *testing.B) {
	s, err := schedule.Parse("*/5 * * * *")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s.PerMonth(start)
	}
}
