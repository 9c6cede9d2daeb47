package stats

import (
	"math"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, test := range []struct {
		sorted []time.Duration
		p      float64
		want   time.Duration
	}{
		{nil, 50, 0},
		{hundred[:1], 50, 1},
		{hundred[:1], 99, 1},
		{hundred[:2], 50, 1},
		{hundred[:3], 50, 2},
		{hundred[:10], 99, 10},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred, 100, 100},
		{hundred, 0, 1},
	} {
		if got := Percentile(test.sorted, test.p); got != test.want {
			t.Errorf("Percentile of %d values at %v = %d, want %d", len(test.sorted), test.p, got, test.want)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{9, 1, 5, 3}, 4},
	} {
		if got := Median(test.values); got != test.want {
			t.Errorf("Median(%v) = %v, want %v", test.values, got, test.want)
		}
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v", got)
	}
	values := []float64{3, 1, 2}
	if Median(values); values[0] != 3 {
		t.Errorf("Median sorted its argument: %v", values)
	}
}

// Ratios do not change if the machine is slower in some rounds.
func TestRatiosHoldOnANoisyMachine(t *testing.T) {
	ours, theirs := []float64{90, 45, 90, 30}, []float64{100, 50, 100, 100}
	if got := Median(Ratios(ours, theirs)); got != 0.9 {
		t.Errorf("the median ratio is %v, want 0.9", got)
	}
	if got := Median(Ratios(ours, theirs[:3])); !math.IsNaN(got) {
		t.Errorf("the ratio of different numbers of rounds is %v", got)
	}
}

func TestQuartiles(t *testing.T) {
	for _, test := range []struct{ values, want []float64 }{
		{[]float64{7}, []float64{7, 7}},
		{[]float64{4, 1, 3, 2}, []float64{1, 3}},
		{[]float64{5, 4, 1, 3, 2}, []float64{2, 4}},
	} {
		if lower, upper := Quartiles(test.values); lower != test.want[0] || upper != test.want[1] {
			t.Errorf("Quartiles(%v) = %v, %v; want %v", test.values, lower, upper, test.want)
		}
	}
	if lower, upper := Quartiles(nil); !math.IsNaN(lower) || !math.IsNaN(upper) {
		t.Errorf("the quartiles of nothing are %v, %v", lower, upper)
	}
}
