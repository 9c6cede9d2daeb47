// Package stats has the statistics of measurements.
package stats

import (
	"math"
	"slices"
	"time"
)

// Percentile returns the smallest of the sorted values that at least p percent of them do
// not exceed (the nearest rank); zero without values.
func Percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[rank(p, len(sorted))]
}

// rank returns the index of the nearest rank among n sorted values.
func rank(p float64, values int) int {
	nearest := int(math.Ceil(p / 100 * float64(values)))
	return min(max(nearest, 1), values) - 1
}

// Median returns the median, for an even number of values the mean of the two in the
// middle; NaN without values.
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

// Quartiles returns the values that a quarter and three quarters of all do not exceed (the
// nearest rank); NaN without values.
func Quartiles(values []float64) (lower, upper float64) {
	if len(values) == 0 {
		return math.NaN(), math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[rank(25, len(sorted))], sorted[rank(75, len(sorted))]
}

// Ratios returns the ratio of value to reference in each round, which does not depend on
// how fast the machine was in that round. It returns nil for different numbers of both.
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
