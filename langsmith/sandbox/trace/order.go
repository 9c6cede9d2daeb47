package trace

import (
	"bytes"
	"slices"
)

// Sort sorts runs by their start, oldest first, and by id for equal starts.
func Sort(runs []*Run) {
	slices.SortStableFunc(runs, Compare)
}

// Compare compares two runs in the order of [Sort].
func Compare(a, b *Run) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
