package state

import "slices"

// dayFormat is the format of a day's name, in UTC.
const dayFormat = "2006-01-02"

// keptDays is how many days with calls are kept.
const keptDays = 7

// oldDays returns the days that are removed when an entry of a day is written. Days after
// that one neither are removed nor count: either its clock is behind, or that of the others was
// ahead. days are in order.
func oldDays(days []string, written string) []string {
	later := slices.IndexFunc(days, func(day string) bool { return day > written })
	if later >= 0 {
		days = days[:later]
	}
	return days[:max(len(days)-keptDays, 0)]
}
