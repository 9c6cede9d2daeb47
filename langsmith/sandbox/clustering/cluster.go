package clustering

import (
	"cmp"
	"math"
	"slices"
)

// Cluster is a group of texts, and the smaller clusters that it consists of.
type Cluster struct {
	Texts    []int
	Children []Cluster
}

// Cluster groups texts into levels of widths[i] clusters, widths[0] at the top, and
// returns the top level, the largest cluster first. A cluster that is the same on two
// levels appears once.
//
// The lowest level is joined by Ward's linkage, which gives compact clusters of similar
// size, as k-means does. The levels above are joined by average linkage, which keeps a
// small topic separate.
func (c *Corpus) Cluster(texts, widths []int) []Cluster {
	var level []Cluster
	for _, text := range texts {
		level = append(level, Cluster{Texts: []int{text}})
	}
	for i, width := range slices.Backward(widths) {
		lowest := i == len(widths)-1
		level = c.join(level, width, lowest)
		for j := range level {
			if lowest {
				level[j].Children = nil // single texts
			}
		}
	}
	return level
}

// join merges the two closest clusters until k are left, or fewer if their texts are
// equal.
func (c *Corpus) join(clusters []Cluster, k int, ward bool) []Cluster {
	p := c.pairs(clusters, ward)
	for left := len(clusters); left > 1; left-- {
		a, b := p.findClosest()
		if left <= k && !(ward && p.distance(a, b) < 1e-9) {
			break
		}
		p.merge(a, b)
	}
	var joined []Cluster
	for _, members := range p.groups {
		switch len(members) {
		case 0: // merged into another
		case 1:
			joined = append(joined, members[0])
		default:
			whole := Cluster{Children: members}
			for _, m := range members {
				whole.Texts = append(whole.Texts, m.Texts...)
			}
			slices.Sort(whole.Texts)
			slices.SortFunc(whole.Children, compareSizes)
			joined = append(joined, whole)
		}
	}
	slices.SortFunc(joined, compareSizes)
	return joined
}

func compareSizes(a, b Cluster) int {
	return cmp.Or(cmp.Compare(len(b.Texts), len(a.Texts)), cmp.Compare(a.Texts[0], b.Texts[0]))
}

// pairs are groups of clusters and the values from which distances are computed.
type pairs struct {
	ward    bool
	groups  [][]Cluster // empty once merged into another
	sizes   []float64
	dots    [][]float64 // products of the sums of the groups' vectors
	nearest []int       // of each group; -1 if not known
}

func (c *Corpus) pairs(clusters []Cluster, ward bool) *pairs {
	p := &pairs{ward: ward}
	for _, cluster := range clusters {
		sum, row := c.sum(cluster.Texts), make([]float64, len(clusters))
		for i, other := range clusters {
			for _, text := range other.Texts {
				row[i] += c.Similarity(text, sum)
			}
		}
		p.groups = append(p.groups, []Cluster{cluster})
		p.sizes = append(p.sizes, float64(len(cluster.Texts)))
		p.dots = append(p.dots, row)
		p.nearest = append(p.nearest, -1)
	}
	return p
}

// distance returns the squared error that joining two groups adds (Ward), or the negative
// average similarity of their texts.
func (p *pairs) distance(a, b int) float64 {
	n, m, both := p.sizes[a], p.sizes[b], p.dots[a][b]
	if !p.ward {
		return -both / (n * m)
	}
	return p.dots[a][a]/n + p.dots[b][b]/m - (p.dots[a][a]+p.dots[b][b]+2*both)/(n+m)
}

func (p *pairs) findClosest() (a, b int) {
	best := math.Inf(1)
	for i := range p.groups {
		if len(p.groups[i]) == 0 {
			continue
		}
		if p.nearest[i] < 0 {
			p.nearest[i] = p.findNearest(i)
		}
		if d := p.distance(i, p.nearest[i]); d < best {
			a, b, best = i, p.nearest[i], d
		}
	}
	return a, b
}

func (p *pairs) findNearest(i int) int {
	nearest, best := -1, math.Inf(1)
	for j := range p.groups {
		if j == i || len(p.groups[j]) == 0 {
			continue
		}
		if d := p.distance(i, j); d < best {
			nearest, best = j, d
		}
	}
	return nearest
}

// merge adds group b to group a. With either linkage the union is not closer to a third
// group than a and b were, so only the groups nearest to a or b are recomputed.
func (p *pairs) merge(a, b int) {
	for _, row := range p.dots {
		row[a] += row[b]
	}
	for i, value := range p.dots[b] {
		p.dots[a][i] += value
	}
	p.sizes[a] += p.sizes[b]
	p.groups[a], p.groups[b] = append(p.groups[a], p.groups[b]...), nil
	for i, nearest := range p.nearest {
		if i == a || nearest == a || nearest == b {
			p.nearest[i] = -1
		}
	}
}
