package clustering

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Merge joins groups, the two most similar first, until k are left. Similarity is
// that of the average pair of texts (UPGMA). Each result lists indices of groups;
// the one with the most texts comes first.
func (s *Space) Merge(groups [][]int, k int) [][]int {
	n := len(groups)
	members := make([][]int, n)
	size := make([]float64, n)
	means := make([][]float64, n)
	for i, g := range groups {
		members[i] = []int{i}
		size[i] = float64(len(g))
		means[i] = s.sum(g)
		floats.Scale(1/max(size[i], 1), means[i])
	}
	similar := mat.NewDense(max(n, 1), max(n, 1), nil)
	for i := range n {
		for j := range n {
			similar.Set(i, j, math.Inf(-1))
			if i != j {
				similar.Set(i, j, floats.Dot(means[i], means[j]))
			}
		}
	}
	for left := n; left > max(k, 1); left-- {
		i, j := closest(similar, members)
		for other := range n {
			if other != i && other != j && members[other] != nil {
				mean := (size[i]*similar.At(i, other) + size[j]*similar.At(j, other)) / (size[i] + size[j])
				similar.Set(i, other, mean)
				similar.Set(other, i, mean)
			}
		}
		size[i] += size[j]
		members[i] = append(members[i], members[j]...)
		members[j] = nil
	}
	var order []int
	for i, m := range members {
		if m != nil {
			slices.Sort(m)
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(size[b] - size[a]) })
	merged := make([][]int, len(order))
	for at, i := range order {
		merged[at] = members[i]
	}
	return merged
}

// closest finds the two groups still apart that are most similar.
func closest(similar *mat.Dense, members [][]int) (a, b int) {
	best := math.Inf(-1)
	for i := range members {
		if members[i] == nil {
			continue
		}
		row := similar.RawRowView(i)
		for j := i + 1; j < len(members); j++ {
			if members[j] != nil && (row[j] > best || a == b) {
				a, b, best = i, j, row[j]
			}
		}
	}
	return a, b
}
