// Package schedule parses the schedules of Insights configs, which are cron expressions with
// five fields in UTC. A schedule starts paid jobs, so the package also describes it in words
// and counts its runs.
package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"strings"
	"time"

	"github.com/netresearch/go-cron"
)

// Schedule is when a config runs.
type Schedule struct{ spec *cron.SpecSchedule }

// newParser returns a parser of the syntax that all crons share. If both a day of the month
// and a weekday are given, most crons run on either, and others on days that match both.
// The parser assumes the former, which costs more.
func newParser() cron.Parser {
	return cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom)
}

// field is one of the five fields.
type field struct {
	name, example string
	bits          func(*cron.SpecSchedule) uint64
}

var fields = []field{
	{"minute", "0 to 59", func(s *cron.SpecSchedule) uint64 { return s.Minute }},
	{"hour", "0 to 23", func(s *cron.SpecSchedule) uint64 { return s.Hour }},
	{"day of the month", "1 to 31", func(s *cron.SpecSchedule) uint64 { return s.Dom }},
	{"month", "1 to 12 or jan to dec", func(s *cron.SpecSchedule) uint64 { return s.Month }},
	{"day of the week", "0 (Sunday) to 6 or sun to sat", func(s *cron.SpecSchedule) uint64 { return s.Dow }},
}

// expandShorthand returns the five fields of a shorthand that some crons accept; empty for
// any other text. Whether LangSmith accepts them is not documented.
func expandShorthand(shorthand string) string {
	switch shorthand {
	case "@hourly":
		return "0 * * * *"
	case "@daily", "@midnight":
		return "0 0 * * *"
	case "@weekly":
		return "0 0 * * 0"
	case "@monthly":
		return "0 0 1 * *"
	case "@yearly", "@annually":
		return "0 0 1 1 *"
	}
	return ""
}

// items matches a list of *, */n, a, a-b and a-b/n, which mean the same in all crons. Others,
// such as ?, L, # and a/n, do not.
var items = regexp.MustCompile(`^(?:\*(?:/\d+)?|\w+(?:-\w+(?:/\d+)?)?)(?:,(?:\*(?:/\d+)?|\w+(?:-\w+(?:/\d+)?)?))*$`)

// maxLength is the maximum length of a schedule, in bytes.
const maxLength = 200

// Parse parses a schedule. Its errors say how to correct it.
func Parse(text string) (*Schedule, error) {
	// In upper case, the parser takes the H of THU for a wildcard.
	text = strings.ToLower(strings.TrimSpace(text))
	parts := strings.Fields(text)
	switch {
	case len(text) > maxLength:
		return nil, fmt.Errorf("has more than %d characters", maxLength)
	case expandShorthand(text) != "":
		return nil, fmt.Errorf("is a shorthand that LangSmith may not support: write %s", expandShorthand(text))
	case strings.HasPrefix(text, "tz=") || strings.HasPrefix(text, "cron_tz="):
		return nil, errors.New("names a time zone; schedules are in UTC: omit the zone and give the hours in UTC")
	case len(parts) != len(fields):
		return nil, fmt.Errorf("must have five fields (minute, hour, day of the month, month, day of the week), not %d; every Monday at 06:00 UTC is 0 6 * * mon", len(parts))
	}
	for i, part := range parts {
		if err := fields[i].check(i, part); err != nil {
			return nil, err
		}
	}
	spec, err := parse(strings.Join(parts, " "))
	if err != nil {
		return nil, err
	}
	s := &Schedule{spec}
	if s.Next(time.Now()).IsZero() {
		return nil, errors.New("never occurs: none of its months has such a day")
	}
	return s, nil
}

// check parses a single field, so that the error names it.
func (f field) check(place int, text string) error {
	parts := strings.Fields("* * * * *")
	parts[place] = text
	spec, err := parse(strings.Join(parts, " "))
	if !items.MatchString(text) || err != nil || f.bits(spec) == 0 {
		return fmt.Errorf("its %s, %q, is invalid: give *, numbers (%s), a range such as 1-5, steps such as */2, or a list of those with commas", f.name, text, f.example)
	}
	return nil
}

func parse(text string) (*cron.SpecSchedule, error) {
	parsed, err := newParser().Parse(text)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("is parsed as a %T", parsed)
	}
	spec.Location = time.UTC
	return spec, nil
}

// Next returns the first time of the schedule after another time.
func (s *Schedule) Next(after time.Time) time.Time { return s.spec.Next(after.UTC()) }

// PerDay returns the number of runs on a day with runs.
func (s *Schedule) PerDay() int {
	return bits.OnesCount64(s.spec.Minute&values) * bits.OnesCount64(s.spec.Hour&values)
}

// PerMonth returns the smallest and the largest number of runs in a month, among the twelve
// months from the next run on.
func (s *Schedule) PerMonth(from time.Time) (fewest, most int) {
	daily := *s.spec
	daily.Minute, daily.Hour = lowestBit(daily.Minute), lowestBit(daily.Hour)
	first := daily.Next(from.UTC())
	month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	for i := range 12 {
		end := month.AddDate(0, 1, 0)
		days := 0
		for day := daily.Next(month.Add(-time.Second)); !day.IsZero() && day.Before(end); day = daily.Next(day) {
			days++
		}
		if i == 0 || days < fewest {
			fewest = days
		}
		most = max(most, days)
		month = end
	}
	return fewest * s.PerDay(), most * s.PerDay()
}

// Gaps returns the shortest and the longest time between the next runs.
func (s *Schedule) Gaps(from time.Time) (shortest, longest time.Duration) {
	const runs = 40 // of a daily schedule, more than a month
	last := s.Next(from)
	for range runs {
		next := s.Next(last)
		if next.IsZero() {
			break
		}
		gap := next.Sub(last)
		if shortest == 0 || gap < shortest {
			shortest = gap
		}
		longest, last = max(longest, gap), next
	}
	return shortest, longest
}

func lowestBit(set uint64) uint64 { return 1 << bits.TrailingZeros64(set) }
