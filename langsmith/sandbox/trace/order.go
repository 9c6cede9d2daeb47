package trace

import "bytes"

// Compare orders runs by their start, the oldest first, and by id for equal starts.
func Compare(a, b *Run) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
