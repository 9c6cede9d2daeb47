package clustering_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox/clustering"
)

// talk makes texts on three subjects, with words that belong to none of them.
func talk(n int) []string {
	rng := rand.New(rand.NewPCG(7, 7))
	subjects := [][]string{
		{"refund", "return", "money", "card", "bank"},
		{"parcel", "carrier", "tracking", "depot", "delivery"},
		{"password", "login", "reset", "account", "link"},
	}
	anything := []string{"quickly", "strange", "week", "answer", "website", "support", "question", "customer"}
	texts := make([]string, n)
	for i := range texts {
		subject := subjects[i%len(subjects)]
		for range 6 {
			texts[i] += subject[rng.IntN(len(subject))] + " "
		}
		texts[i] += anything[rng.IntN(len(anything))]
	}
	return texts
}

func every(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestWords(t *testing.T) {
	t.Parallel()
	var got []string
	for _, w := range clustering.Words("Hi, the customer's refunds (order #48213) weren't PAID: naïve café-owner, x86, 100 %! ") {
		got = append(got, w.Stem+"/"+w.Surface)
	}
	want := []string{"custom/customer", "refund/refunds", "order/order", "weren/weren", "paid/paid", "naïv/naïve", "café-own/café-owner"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSplitFindsSubjects(t *testing.T) {
	t.Parallel()
	texts := talk(90)
	s := clustering.NewSpace(texts, nil)
	parts := s.Split(every(90), 3)
	if len(parts) != 3 {
		t.Fatalf("%d groups", len(parts))
	}
	for _, part := range parts {
		if len(part) != 30 {
			t.Errorf("a group of %d", len(part))
		}
		for _, text := range part {
			if text%3 != part[0]%3 {
				t.Errorf("text %d lies with %d", text, part[0])
			}
		}
	}
	if again := clustering.NewSpace(texts, nil).Split(every(90), 3); !reflect.DeepEqual(parts, again) {
		t.Error("the same texts fall into other groups")
	}
}

func TestSplitEdges(t *testing.T) {
	t.Parallel()
	for _, texts := range [][]string{{}, {""}, {"same", "same", "same"}, {"", "", "x"}, {"1 2 3", "!!!"}, {"one thing", "other matter"}} {
		s := clustering.NewSpace(texts, nil)
		for _, k := range []int{0, 1, 2, 5} {
			seen := 0
			for _, part := range s.Split(every(len(texts)), k) {
				seen += len(part)
			}
			if seen != len(texts) {
				t.Errorf("%q in %d: %d of %d texts", texts, k, seen, len(texts))
			}
		}
		s.Telling(every(len(texts)), 3)
		for _, v := range s.Centroid(every(len(texts))) {
			if math.IsNaN(v) {
				t.Errorf("%q: a centroid that is no number", texts)
			}
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	texts := talk(90)
	s := clustering.NewSpace(texts, nil)
	var groups [][]int // two of each subject, of different sizes
	for subject := range 3 {
		var small, large []int
		for i := subject; i < 90; i += 3 {
			if i < 30 {
				small = append(small, i)
			} else {
				large = append(large, i)
			}
		}
		groups = append(groups, small, large)
	}
	if got, want := s.Merge(groups, 3), [][]int{{0, 1}, {2, 3}, {4, 5}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := s.Merge(groups, 1); !reflect.DeepEqual(got, [][]int{{0, 1, 2, 3, 4, 5}}) {
		t.Errorf("into one: %v", got)
	}
	if got := s.Merge(groups, 9); len(got) != 6 {
		t.Errorf("into more than there are: %v", got)
	}
	if got := s.Merge(nil, 2); len(got) != 0 {
		t.Errorf("nothing: %v", got)
	}
}

func TestTelling(t *testing.T) {
	t.Parallel()
	texts := talk(90)
	s := clustering.NewSpace(texts, nil)
	var refunds []int
	for i := 0; i < 90; i += 3 {
		refunds = append(refunds, i)
	}
	got := s.Telling(refunds, 5)
	slices.Sort(got)
	if want := []string{"bank", "card", "money", "refund", "return"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBoostChangesSimilarity(t *testing.T) {
	t.Parallel()
	texts := []string{"refund parcel", "refund", "parcel"}
	plain := clustering.NewSpace(texts, nil)
	boosted := clustering.NewSpace(texts, map[string]float64{"parcel": 3})
	if p, b := plain.Similarity(0, plain.Direction("parcel")), boosted.Similarity(0, boosted.Direction("parcel")); b <= p {
		t.Errorf("boosted %.3f, plain %.3f", b, p)
	}
}

func BenchmarkSplit(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		texts := talk(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				s := clustering.NewSpace(texts, nil)
				s.Merge(s.Split(every(n), max(n/11, 2)), 8)
			}
		})
	}
}
