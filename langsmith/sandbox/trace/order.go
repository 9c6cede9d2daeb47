package trace

import (
	"bytes"
	"slices"
)

// Sort orders runs by their start, oldest first; equal starts by id, so that
// every listing has one order only.
func Sort(runs []*Run) {
	slices.SortStableFunc(runs, Compare)
}

// Compare tells which of two runs comes first.
func Compare(a, b *Run) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
