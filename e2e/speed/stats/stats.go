// Package stats condenses measurements.
package stats

import (
	"math"
	"slices"
	"time"
)

// Percentile returns the smallest of the sorted values that at least p per cent
// of them do not exceed (the nearest rank), and zero where there are none.
func Percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[rank(p, len(sorted))]
}

// rank is the index of the nearest rank among so many sorted values.
func rank(p float64, values int) int {
	nearest := int(math.Ceil(p / 100 * float64(values)))
	return min(max(nearest, 1), values) - 1
}

// Median returns the middle of the values, the mean of the two in the middle
// where their number is even, and NaN where there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Quartiles returns the values that a quarter and three quarters of all do not
// exceed (the nearest rank), and NaN where there are none.
func Quartiles(values []float64) (lower, upper float64) {
	if len(values) == 0 {
		return math.NaN(), math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[rank(25, len(sorted))], sorted[rank(75, len(sorted))]
}

// Ratios returns value by reference of each round: a machine that is slower for
// a round is so for both. It returns nil where there are not as many of both,
// which are then not of the same rounds.
func Ratios(values, references []float64) []float64 {
	if len(values) != len(references) {
		return nil
	}
	ratios := make([]float64, len(values))
	for i := range values {
		ratios[i] = values[i] / references[i]
	}
	return ratios
}
