package clustering

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// maxVocabulary bounds the dimensions of a corpus. The most frequent stems are kept.
const maxVocabulary = 2048

// Corpus holds texts as TF-IDF vectors of unit length. Each stem is a dimension.
type Corpus struct {
	dimension map[string]int // by stem
	idf       []float64      // inverse document frequency, by dimension
	vectors   []vector       // by text
}

// vector lists the non-zero components: a text has about twenty of two thousand.
type vector []component

type component struct {
	dimension int
	weight    float64
}

// NewCorpus returns a corpus of texts. boost multiplies the weight of its stems.
func NewCorpus(texts []string, boost map[string]float64) *Corpus {
	counts := make([]map[string]int, len(texts))
	frequency := make(map[string]int)
	for i, text := range texts {
		counts[i] = countStems(text)
		for stem := range counts[i] {
			frequency[stem]++
		}
	}
	c := &Corpus{dimension: make(map[string]int)}
	for d, stem := range selectVocabulary(frequency, len(texts)) {
		c.dimension[stem] = d
		idf := 1 + math.Log(float64(1+len(texts))/float64(1+frequency[stem]))
		c.idf = append(c.idf, idf*max(boost[stem], 1))
	}
	for _, count := range counts {
		c.vectors = append(c.vectors, c.vector(count))
	}
	return c
}

func countStems(text string) map[string]int {
	count := make(map[string]int)
	for _, stem := range Stems(text) {
		count[stem]++
	}
	return count
}

// selectVocabulary selects the stems that distinguish texts: neither those of a single text
// nor those of most.
func selectVocabulary(frequency map[string]int, texts int) []string {
	least, most := 1, texts
	if texts >= 10 {
		least, most = 2, texts*6/10
	}
	stems := slices.Sorted(maps.Keys(frequency))
	stems = slices.DeleteFunc(stems, func(stem string) bool { return frequency[stem] < least || frequency[stem] > most })
	slices.SortStableFunc(stems, func(a, b string) int { return cmp.Compare(frequency[b], frequency[a]) })
	return stems[:min(len(stems), maxVocabulary)]
}

func (c *Corpus) vector(count map[string]int) vector {
	var v vector
	for stem, n := range count {
		if d, known := c.dimension[stem]; known {
			v = append(v, component{d, (1 + math.Log(float64(n))) * c.idf[d]})
		}
	}
	slices.SortFunc(v, func(a, b component) int { return cmp.Compare(a.dimension, b.dimension) })
	square := 0.0
	for _, part := range v {
		square += part.weight * part.weight
	}
	for i := range v {
		v[i].weight /= math.Sqrt(square)
	}
	return v
}

// Direction returns the unit vector of a text that need not be in the corpus.
func (c *Corpus) Direction(text string) []float64 {
	direction := make([]float64, len(c.idf))
	for _, part := range c.vector(countStems(text)) {
		direction[part.dimension] = part.weight
	}
	return direction
}

// Centroid returns the unit vector of the mean of texts.
func (c *Corpus) Centroid(texts []int) []float64 {
	mean, square := c.sum(texts), 0.0
	for _, weight := range mean {
		square += weight * weight
	}
	for d := range mean {
		mean[d] /= max(math.Sqrt(square), math.SmallestNonzeroFloat32)
	}
	return mean
}

func (c *Corpus) sum(texts []int) []float64 {
	sum := make([]float64, len(c.idf))
	for _, text := range texts {
		for _, part := range c.vectors[text] {
			sum[part.dimension] += part.weight
		}
	}
	return sum
}

// Similarity returns the cosine between a text and a unit vector, 0 to 1.
func (c *Corpus) Similarity(text int, direction []float64) float64 {
	sum := 0.0
	for _, part := range c.vectors[text] {
		sum += part.weight * direction[part.dimension]
	}
	return sum
}
