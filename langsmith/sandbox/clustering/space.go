package clustering

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// maxVocabulary bounds the dimensions of a space: the commonest stems are kept.
const maxVocabulary = 2048

// Space holds texts as vectors of unit length, one dimension a stem.
type Space struct {
	stems   []string       // by dimension
	index   map[string]int // dimension by stem
	idf     []float64
	vectors []vector
	written []map[string]int // by dimension, how often a stem was written how
}

// vector lists what is not zero, by dimension. A text has some twenty of the
// space's two thousand.
type vector []component

type component struct {
	dimension int
	weight    float64
}

func (v vector) dot(direction []float64) float64 {
	sum := 0.0
	for _, c := range v {
		sum += c.weight * direction[c.dimension]
	}
	return sum
}

func (v vector) addTo(sum []float64) {
	for _, c := range v {
		sum[c.dimension] += c.weight
	}
}

// NewSpace makes vectors of texts. Stems in boost count that much more.
func NewSpace(texts []string, boost map[string]float64) *Space {
	words := make([][]Word, len(texts))
	frequency := make(map[string]int)
	for i, text := range texts {
		words[i] = Words(text)
		for stem := range counted(words[i]) {
			frequency[stem]++
		}
	}
	s := &Space{
		stems:   vocabulary(frequency, len(texts)),
		index:   make(map[string]int),
		vectors: make([]vector, len(texts)),
	}
	s.idf = make([]float64, len(s.stems))
	s.written = make([]map[string]int, len(s.stems))
	for d, stem := range s.stems {
		s.index[stem] = d
		s.written[d] = make(map[string]int)
		s.idf[d] = 1 + math.Log(float64(1+len(texts))/float64(1+frequency[stem]))
		if more, ok := boost[stem]; ok {
			s.idf[d] *= more
		}
	}
	for i, list := range words {
		s.vectors[i] = s.vector(list)
		for _, w := range list {
			if d, ok := s.index[w.Stem]; ok {
				s.written[d][w.Surface]++
			}
		}
	}
	return s
}

func counted(words []Word) map[string]int {
	counts := make(map[string]int, len(words))
	for _, w := range words {
		counts[w.Stem]++
	}
	return counts
}

// vocabulary picks the stems that can tell texts apart: not those of a single
// text, nor those of most.
func vocabulary(frequency map[string]int, texts int) []string {
	least, most := 1, texts
	if texts >= 10 {
		least, most = 2, texts*6/10
	}
	var stems []string
	for _, stem := range slices.Sorted(maps.Keys(frequency)) {
		if n := frequency[stem]; n >= least && n <= most {
			stems = append(stems, stem)
		}
	}
	slices.SortStableFunc(stems, func(a, b string) int { return cmp.Compare(frequency[b], frequency[a]) })
	return stems[:min(len(stems), maxVocabulary)]
}

// vector weighs words by TF-IDF.
func (s *Space) vector(words []Word) vector {
	var v vector
	square := 0.0
	for stem, n := range counted(words) {
		if d, ok := s.index[stem]; ok {
			v = append(v, component{d, (1 + math.Log(float64(n))) * s.idf[d]})
		}
	}
	slices.SortFunc(v, func(a, b component) int { return cmp.Compare(a.dimension, b.dimension) })
	for _, c := range v {
		square += c.weight * c.weight
	}
	for i := range v {
		v[i].weight /= math.Sqrt(square)
	}
	return v
}

func normalize(v []float64) {
	if length := floats.Norm(v, 2); length > 0 {
		floats.Scale(1/length, v)
	}
}

// Direction is where another text lies in the space.
func (s *Space) Direction(text string) []float64 {
	direction := make([]float64, len(s.stems))
	s.vector(Words(text)).addTo(direction)
	return direction
}

// Centroid is the direction in which a group of texts lies.
func (s *Space) Centroid(group []int) []float64 {
	sum := s.sum(group)
	normalize(sum)
	return sum
}

func (s *Space) sum(group []int) []float64 {
	sum := make([]float64, len(s.stems))
	for _, text := range group {
		s.vectors[text].addTo(sum)
	}
	return sum
}

// Similarity is the cosine between a text and a direction of unit length, 0 to 1.
func (s *Space) Similarity(text int, direction []float64) float64 {
	return s.vectors[text].dot(direction)
}

// Telling names the words that set a group apart from all texts, the most telling
// first, each as it is mostly written.
func (s *Space) Telling(group []int, limit int) []string {
	every := make([]int, len(s.vectors))
	for i := range every {
		every[i] = i
	}
	lift := s.Centroid(group)
	floats.AddScaled(lift, -0.7, s.Centroid(every))
	order := make([]int, len(s.stems))
	for d := range order {
		order[d] = d
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lift[b], lift[a]) })
	var words []string
	for _, d := range order[:min(limit, len(order))] {
		if lift[d] > 0 {
			words = append(words, s.commonest(d))
		}
	}
	return words
}

func (s *Space) commonest(d int) string {
	best := s.stems[d]
	most := 0
	for _, surface := range slices.Sorted(maps.Keys(s.written[d])) {
		if n := s.written[d][surface]; n > most {
			best, most = surface, n
		}
	}
	return best
}
