package state

import "slices"

// dayFormat is how a day is named; in UTC.
const dayFormat = "2006-01-02"

// keptDays is how many days are kept of those in which there were calls.
const keptDays = 7

// oldDays returns which days are not kept, once something is written on one of
// them. Days after that one neither go nor push others out: either its clock is
// behind, or theirs was ahead. days are in order.
func oldDays(days []string, written string) []string {
	later := slices.IndexFunc(days, func(day string) bool { return day > written })
	if later >= 0 {
		days = days[:later]
	}
	return days[:max(len(days)-keptDays, 0)]
}
