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
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
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

// MedianRatio returns the median over rounds of value by reference, both of the
// same round: a machine that is slower for a round is so for both. Where their
// numbers differ it returns NaN.
func MedianRatio(values, references []float64) float64 {
	if len(values) != len(references) {
		return math.NaN()
	}
	ratios := make([]float64, len(values))
	for i := range values {
		ratios[i] = values[i] / references[i]
	}
	return Median(ratios)
}
