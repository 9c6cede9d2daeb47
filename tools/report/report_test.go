package report_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/report"
)

// id returns the id of a cluster by its name; uuid.Nil for "".
func id(name string) uuid.UUID {
	if name == "" {
		return uuid.Nil
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name))
}

func cluster(name, parent string, runs int) langsmith.Cluster {
	return langsmith.Cluster{ID: id(name), ParentID: id(parent), Name: name, NumRuns: runs}
}

// outline formats a tree as "a(bc)": each category is followed by its children.
func outline(nodes []*report.Node) string {
	text := ""
	for _, node := range nodes {
		text += node.Name
		if len(node.Children) > 0 {
			text += "(" + outline(node.Children) + ")"
		}
	}
	return text
}

func TestBuild(t *testing.T) {
	for _, c := range []struct {
		name      string
		clusters  []langsmith.Cluster
		want      string
		total     int
		misplaced int
	}{
		{"nothing", nil, "", 0, 0},
		{"flat", []langsmith.Cluster{cluster("a", "", 3), cluster("b", "", 5)}, "ab", 8, 0},
		{"nested runs count once", []langsmith.Cluster{cluster("a", "", 10), cluster("b", "a", 6), cluster("c", "a", 4), cluster("d", "b", 6)}, "a(b(d)c)", 10, 0},
		{"children before their parent", []langsmith.Cluster{cluster("c", "b", 1), cluster("b", "a", 2), cluster("a", "", 3)}, "a(b(c))", 3, 0},
		{"wrong levels", []langsmith.Cluster{
			{ID: id("a"), Name: "a", Level: 7, NumRuns: 2}, {ID: id("b"), ParentID: id("a"), Name: "b", Level: 0, NumRuns: 1},
		}, "a(b)", 2, 0},
		{"a missing parent", []langsmith.Cluster{cluster("a", "", 3), cluster("b", "gone", 2)}, "ab", 5, 1},
		{"its own parent", []langsmith.Cluster{cluster("a", "a", 3)}, "a", 3, 1},
		{"a cycle, the largest at the top", []langsmith.Cluster{cluster("a", "c", 1), cluster("b", "a", 9), cluster("c", "b", 4)}, "b(c(a))", 9, 1},
		{"a cycle with a child", []langsmith.Cluster{cluster("x", "a", 1), cluster("a", "b", 5), cluster("b", "a", 5)}, "a(xb)", 6, 1},
		{"two cycles", []langsmith.Cluster{cluster("a", "b", 2), cluster("b", "a", 1), cluster("c", "d", 2), cluster("d", "c", 1)}, "a(b)c(d)", 4, 2},
		{"a parent smaller than its children", []langsmith.Cluster{cluster("a", "", 0), cluster("b", "a", 6), cluster("c", "a", 4)}, "a(bc)", 10, 0},
		{"a duplicate id", []langsmith.Cluster{cluster("a", "", 3), cluster("a", "", 2), cluster("b", "a", 1)}, "a(b)a", 5, 0},
		{"no ids", []langsmith.Cluster{{Name: "a", NumRuns: 1}, {Name: "b", NumRuns: 2}}, "ab", 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := report.Build(c.clusters)
			if got := outline(tree.Roots); got != c.want {
				t.Errorf("the tree is %s, want %s", got, c.want)
			}
			if tree.Total != c.total || tree.Misplaced != c.misplaced {
				t.Errorf("total %d, misplaced %d, want %d and %d", tree.Total, tree.Misplaced, c.total, c.misplaced)
			}
		})
	}
}

func TestShare(t *testing.T) {
	tree := report.Build([]langsmith.Cluster{cluster("a", "", 30), cluster("b", "a", 10), cluster("c", "", 10)})
	for name, want := range map[string]float64{"a": 0.75, "b": 0.25, "c": 0.25} {
		if share, known := tree.Share(tree.Find(id(name))); share != want || !known {
			t.Errorf("%s has %v (known: %t), want %v", name, share, known, want)
		}
	}
	empty := report.Build([]langsmith.Cluster{cluster("a", "", 0)})
	if _, known := empty.Share(empty.Nodes[0]); known {
		t.Error("without runs a share is known")
	}
}

func names(nodes []*report.Node) string {
	text := ""
	for _, node := range nodes {
		text += node.Name
	}
	return text
}

func TestSort(t *testing.T) {
	clusters := []langsmith.Cluster{cluster("a", "", 10), cluster("b", "a", 10), cluster("c", "", 40), cluster("d", "c", 5), cluster("e", "c", 7)}
	clusters[0].Stats = langsmith.Stats{"error_rate": 0.0, "cost_p50": "0.5"}
	clusters[1].Stats = langsmith.Stats{"error_rate": 0.3, "latency_p50": 2.0}
	clusters[3].Stats = langsmith.Stats{"error_rate": 0.3, "latency_p50": "9", "cost_p50": 0.1}
	for order, want := range map[report.Order]string{
		report.ByRuns:      "cabed",
		report.ByErrorRate: "bdace", // equal: more runs first; unknown: last
		report.ByLatency:   "dbcae",
		report.ByCost:      "adcbe",
	} {
		nodes := report.Build(clusters).Nodes
		report.Sort(nodes, order)
		if got := names(nodes); got != want {
			t.Errorf("by %s: %s, want %s", order, got, want)
		}
	}
}

func TestSubtreeAndOutline(t *testing.T) {
	tree := report.Build([]langsmith.Cluster{
		cluster("a", "", 50), cluster("b", "", 60), cluster("c", "a", 30), cluster("d", "c", 20), cluster("e", "a", 10), cluster("f", "b", 5),
	})
	within := tree.Find(id("a")).Subtree()
	report.Sort(within, report.ByRuns)
	if got := names(within); got != "acde" {
		t.Errorf("the subtree is %s", got)
	}
	nodes := slices.Clone(tree.Nodes)
	report.Sort(nodes, report.ByRuns)
	outlined, depths := report.Outline(nodes)
	if got := names(outlined) + fmt.Sprint(depths); got != "bfacde[0 1 0 1 2 1]" {
		t.Errorf("the outline is %s", got)
	}
	outlined, depths = report.Outline(nodes[2:]) // a page without b and a
	if got := names(outlined) + fmt.Sprint(depths); got != "cdef[0 1 0 0]" {
		t.Errorf("the outline of a later page is %s", got)
	}
	if d := tree.Find(id("d")); !d.Within(tree.Find(id("a"))) || d.Within(tree.Find(id("b"))) || (*report.Node)(nil).Within(d) {
		t.Error("want d within a, d not within b, and nil not within d")
	}
}

// TestBuildRandomParents builds trees with random parents: none loses a category, has a cycle
// or sorts a child before its parent.
func TestBuildRandomParents(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		clusters := make([]langsmith.Cluster, random.IntN(12))
		for i := range clusters {
			clusters[i] = cluster(fmt.Sprint(i), fmt.Sprint(random.IntN(14)), random.IntN(5))
		}
		tree := report.Build(clusters)
		reached := 0
		for _, root := range tree.Roots {
			reached += len(root.Subtree())
		}
		if reached != len(clusters) {
			t.Fatalf("%d of %d categories are reached in %+v", reached, len(clusters), clusters)
		}
		nodes := slices.Clone(tree.Nodes)
		report.Sort(nodes, report.ByRuns)
		seen := map[*report.Node]bool{}
		for _, node := range nodes {
			if node.Parent != nil && !seen[node.Parent] {
				t.Fatalf("%s comes before its parent in %+v", node.Name, clusters)
			}
			seen[node] = true
		}
	}
}

func BenchmarkBuildAndSort(b *testing.B) {
	for _, size := range []int{400, 2000} {
		clusters := make([]langsmith.Cluster, size)
		for i := range clusters {
			clusters[i] = cluster(fmt.Sprint(i), "", 1000-i/20)
			if i >= 20 {
				clusters[i].ParentID = clusters[i%20].ID
			}
			clusters[i].Stats = langsmith.Stats{"error_rate": float64(i%7) / 7, "latency_p50": 1.5}
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tree := report.Build(clusters)
				report.Sort(tree.Nodes, report.ByErrorRate)
			}
		})
	}
}
