// Package schedule parses the schedules of Insights configs, which are cron expressions with
// five fields in UTC. A schedule starts paid jobs, so the package also describes it in words
// and counts its runs.
package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
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

// The bits of a field in [cron.SpecSchedule]: its values, and the mark of an asterisk.
const (
	values = 1<<60 - 1
	star   = 1 << 63
)

// maxTimes is the maximum number of times of a day that are listed.
const maxTimes = 6

// String describes the schedule in words, such as "every Monday at 06:00 UTC".
func (s *Schedule) String() string {
	days, times := s.days(), s.times()
	text := days + " " + times
	if !strings.HasPrefix(times, "at ") || len(valuesOf(s.spec.Hour)) == 24 {
		text = times
		if days != everyDay {
			text += ", " + days
		}
		text += ","
	}
	text += " UTC"
	if months := valuesOf(s.spec.Month); len(months) < 12 {
		text += ", in " + list(months, func(m int) string { return time.Month(m).String() })
	}
	return text
}

func (s *Schedule) times() string {
	minutes, hours := valuesOf(s.spec.Minute), valuesOf(s.spec.Hour)
	if len(minutes)*len(hours) <= maxTimes {
		var times []string
		for _, hour := range hours {
			for _, minute := range minutes {
				times = append(times, fmt.Sprintf("%02d:%02d", hour, minute))
			}
		}
		return "at " + joinWords(times)
	}
	if step := stepOf(hours, 24); step > 1 && step < 24 && len(minutes) == 1 {
		return fmt.Sprintf("every %d hours from %02d:%02d on", step, hours[0], minutes[0])
	}
	var text string
	switch step := stepOf(minutes, 60); {
	case len(minutes) == 1 && minutes[0] == 0:
		text = "every hour"
	case step == 1:
		text = "every minute"
	case step > 1 && step < 60 && minutes[0] == 0:
		text = fmt.Sprintf("every %d minutes", step)
	case len(minutes) == 1:
		text = fmt.Sprintf("every hour at minute %d", minutes[0])
	default:
		text = "every hour at minutes " + list(minutes, strconv.Itoa)
	}
	if len(hours) == 24 {
		return text
	}
	return text + " in the hours " + list(hours, strconv.Itoa)
}

const everyDay = "every day"

func (s *Schedule) days() string {
	dates, weekdays := valuesOf(s.spec.Dom), valuesOf(s.spec.Dow)
	either := s.spec.Dom&star == 0 && s.spec.Dow&star == 0
	onDates := "on day " + list(dates, strconv.Itoa) + " of the month"
	if len(dates) > 1 {
		onDates = "on days " + list(dates, strconv.Itoa) + " of the month"
	}
	name := func(d int) string { return time.Weekday(d).String() }
	if len(weekdays) > 1 && weekdays[0] == 0 {
		weekdays = append(weekdays[1:], 0) // so that the week begins on Monday
	}
	onWeekdays := list(weekdays, name)
	if !strings.Contains(onWeekdays, " to ") || strings.Contains(onWeekdays, " and ") {
		onWeekdays = "every " + onWeekdays
	}
	switch {
	case len(dates) == 31 && len(weekdays) == 7, either && (len(dates) == 31 || len(weekdays) == 7):
		return everyDay
	case len(dates) == 31:
		return onWeekdays
	case len(weekdays) == 7:
		return onDates
	}
	return onDates + " and " + onWeekdays
}

// valuesOf returns the values of a field in ascending order.
func valuesOf(set uint64) []int {
	var all []int
	for value := range 60 {
		if set&(1<<value) != 0 {
			all = append(all, value)
		}
	}
	return all
}

// stepOf returns the step of values that are evenly distributed over a period, such as 60
// minutes; 0 if they are not.
func stepOf(values []int, period int) int {
	step := period / len(values)
	if step*len(values) != period {
		return 0
	}
	for i := 1; i < len(values); i++ {
		if values[i]-values[i-1] != step {
			return 0
		}
	}
	return step
}

// list names values, with three or more consecutive ones as a range.
func list(values []int, name func(int) string) string {
	var parts []string
	for i := 0; i < len(values); {
		end := i
		for end+1 < len(values) && (values[end+1] == values[end]+1 || values[end] == 6 && values[end+1] == 0) {
			end++
		}
		if end-i >= 2 {
			parts = append(parts, name(values[i])+" to "+name(values[end]))
			i = end + 1
			continue
		}
		parts = append(parts, name(values[i]))
		i++
	}
	return joinWords(parts)
}

// joinWords joins words with commas and "and".
func joinWords(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(slices.Clone(parts[:last]), ", ") + " and " + parts[last]
}
