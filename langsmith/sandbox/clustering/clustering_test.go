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

// newTexts returns texts on three subjects in turn, with words that belong to none of them.
func newTexts(n int) []string {
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

func allIndices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestStems(t *testing.T) {
	t.Parallel()
	got := clustering.Stems("Hi, the customer's refunds (order #48213) weren't PAID: naïve café-owner, x86, 100 %! ")
	want := []string{"custom", "refund", "order", "weren", "paid", "naïv", "café-own"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClusterBySubject(t *testing.T) {
	t.Parallel()
	texts := newTexts(90)
	clusters := clustering.NewCorpus(texts, nil).Cluster(allIndices(90), []int{3})
	if len(clusters) != 3 {
		t.Fatalf("%d clusters", len(clusters))
	}
	for _, c := range clusters {
		if len(c.Texts) != 30 || c.Children != nil {
			t.Errorf("a cluster of %d texts with %d children", len(c.Texts), len(c.Children))
		}
		for _, text := range c.Texts {
			if text%3 != c.Texts[0]%3 {
				t.Errorf("text %d is with text %d", text, c.Texts[0])
			}
		}
	}
	if again := clustering.NewCorpus(texts, nil).Cluster(allIndices(90), []int{3}); !reflect.DeepEqual(clusters, again) {
		t.Error("the same texts give different clusters")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	top := clustering.NewCorpus(newTexts(90), nil).Cluster(allIndices(90), []int{3, 9})
	lowest := 0
	for _, c := range top {
		var texts []int
		for _, child := range c.Children {
			texts = append(texts, child.Texts...)
		}
		if slices.Sort(texts); !slices.Equal(texts, c.Texts) {
			t.Errorf("the children have %v, their parent %v", texts, c.Texts)
		}
		if !slices.IsSortedFunc(c.Children, func(a, b clustering.Cluster) int { return len(b.Texts) - len(a.Texts) }) {
			t.Error("the children are not sorted by size")
		}
		lowest += len(c.Children)
	}
	if len(top) != 3 || lowest != 9 {
		t.Errorf("%d clusters at the top and %d below, want 3 and 9", len(top), lowest)
	}
}

func TestOddTexts(t *testing.T) {
	t.Parallel()
	for _, texts := range [][]string{{}, {""}, {"same", "same", "same"}, {"", "", "x"}, {"1 2 3", "!!!"}, {"one thing", "other matter"}} {
		c := clustering.NewCorpus(texts, nil)
		for _, width := range []int{0, 1, 2, 5} {
			seen := 0
			for _, cluster := range c.Cluster(allIndices(len(texts)), []int{width}) {
				seen += len(cluster.Texts)
			}
			if seen != len(texts) {
				t.Errorf("%q in %d: %d of %d texts", texts, width, seen, len(texts))
			}
		}
		for _, v := range c.Centroid(allIndices(len(texts))) {
			if math.IsNaN(v) {
				t.Errorf("%q: the centroid is not a number", texts)
			}
		}
	}
}

func TestEqualTextsStayTogether(t *testing.T) {
	t.Parallel()
	texts := []string{"late parcel", "lost password", "late parcel", "late parcel"}
	clusters := clustering.NewCorpus(texts, nil).Cluster(allIndices(4), []int{3})
	if len(clusters) != 2 || !slices.Equal(clusters[0].Texts, []int{0, 2, 3}) {
		t.Errorf("the clusters are %v", clusters)
	}
}

func TestBoostChangesSimilarity(t *testing.T) {
	t.Parallel()
	texts := []string{"refund parcel", "refund", "parcel"}
	plain := clustering.NewCorpus(texts, nil)
	boosted := clustering.NewCorpus(texts, map[string]float64{"parcel": 3})
	if p, b := plain.Similarity(0, plain.Direction("parcel")), boosted.Similarity(0, boosted.Direction("parcel")); b <= p {
		t.Errorf("boosted %.3f, plain %.3f", b, p)
	}
}

func BenchmarkCluster(b *testing.B) {
	for _, n := range []int{100, 1_000} {
		texts := newTexts(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				clustering.NewCorpus(texts, nil).Cluster(allIndices(n), []int{8, n / 11})
			}
		})
	}
}
