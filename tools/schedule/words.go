package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
