package clustering

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const (
	maxRounds   = 25      // of one attempt; most settle sooner
	maxAttempts = 32      // from different beginnings, the best is kept
	budget      = 240_000 // texts times groups over all attempts; the first is free
)

// Split divides a group of texts into at most k groups that share words, the
// largest first. Texts without any word of the vocabulary go with the first.
func (s *Space) Split(group []int, k int) [][]int {
	if k = min(k, len(group)); k <= 1 {
		return [][]int{group}
	}
	points := make([]vector, len(group))
	for i, text := range group {
		points[i] = s.vectors[text]
	}
	tries := min(max(budget/(len(points)*k), 1), maxAttempts)
	var best []int
	bestScore := math.Inf(-1)
	for try := range tries {
		rng := rand.New(rand.NewPCG(uint64(try), uint64(k)))
		assigned, score := lloyd(points, seeds(points, len(s.stems), k, rng))
		if score > bestScore {
			best, bestScore = assigned, score
		}
	}
	parts := make([][]int, k)
	for i, part := range best {
		parts[part] = append(parts[part], group[i])
	}
	return ordered(parts)
}

// ordered puts groups in the order of their size and drops the empty ones.
func ordered(parts [][]int) [][]int {
	parts = slices.DeleteFunc(parts, func(p []int) bool { return len(p) == 0 })
	slices.SortStableFunc(parts, func(a, b []int) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a[0], b[0]))
	})
	return parts
}

// seeds picks k points far from each other, as k-means++ does. A centre is a
// column, so that a text's similarity to all of them is a sum of a few rows.
func seeds(points []vector, dimensions, k int, rng *rand.Rand) *mat.Dense {
	centres := mat.NewDense(max(dimensions, 1), k, nil)
	distance := make([]float64, len(points))
	floats.AddConst(1, distance)
	centre := make([]float64, dimensions)
	for c := range k {
		clear(centre)
		points[draw(distance, rng)].addTo(centre)
		for d, weight := range centre {
			centres.Set(d, c, weight)
		}
		for i, p := range points {
			distance[i] = min(distance[i], max(1-p.dot(centre), 0))
		}
	}
	return centres
}

// draw picks an index with a chance proportional to its weight.
func draw(weights []float64, rng *rand.Rand) int {
	left := rng.Float64() * floats.Sum(weights)
	for i, w := range weights {
		if left -= w; left < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// lloyd moves centres and assignments in turn until they settle. The score is
// the sum of similarities between points and their centres.
func lloyd(points []vector, centres *mat.Dense) (assigned []int, score float64) {
	_, k := centres.Dims()
	assigned = make([]int, len(points))
	similar := make([]float64, k)
	for range maxRounds {
		moved := 0
		score = 0
		for i, p := range points {
			clear(similar)
			for _, c := range p {
				floats.AddScaled(similar, c.weight, centres.RawRowView(c.dimension))
			}
			part := floats.MaxIdx(similar)
			score += similar[part]
			if part != assigned[i] {
				assigned[i] = part
				moved++
			}
		}
		if moved == 0 {
			break
		}
		recentre(points, assigned, centres)
	}
	return assigned, score
}

// recentre makes each centre the mean direction of its points.
func recentre(points []vector, assigned []int, centres *mat.Dense) {
	centres.Zero()
	for i, p := range points {
		for _, c := range p {
			centres.Set(c.dimension, assigned[i], centres.At(c.dimension, assigned[i])+c.weight)
		}
	}
	dimensions, k := centres.Dims()
	length := make([]float64, k)
	for d := range dimensions {
		for c, weight := range centres.RawRowView(d) {
			length[c] += weight * weight
		}
	}
	for c := range length {
		length[c] = max(math.Sqrt(length[c]), math.SmallestNonzeroFloat32)
	}
	for d := range dimensions {
		floats.Div(centres.RawRowView(d), length)
	}
}
