package state

import (
	"fmt"
	"slices"
	"testing"
)

func TestOldDays(t *testing.T) {
	var days []string
	for day := range 10 {
		days = append(days, fmt.Sprintf("2026-01-%02d", day+1))
	}
	for written, want := range map[string]int{
		"2026-01-10": 3,
		"2026-01-09": 2, // a clock that is behind removes less
		"2026-01-02": 0,
		"2020-01-01": 0,
		"2036-01-01": 3, // a clock that is ahead removes no more
	} {
		if got := oldDays(days, written); !slices.Equal(got, days[:want]) {
			t.Errorf("once %s is written: %v", written, got)
		}
	}
}
