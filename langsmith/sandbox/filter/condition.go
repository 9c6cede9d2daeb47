package filter

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// condition is a compiled expression.
type condition interface {
	holds(*trace.Run) bool
}

type allOf []condition

func (cs allOf) holds(r *trace.Run) bool {
	return !slices.ContainsFunc(cs, func(c condition) bool { return !c.holds(r) })
}

type anyOf []condition

func (cs anyOf) holds(r *trace.Run) bool {
	return slices.ContainsFunc(cs, func(c condition) bool { return c.holds(r) })
}

type not struct{ condition }

func (n not) holds(r *trace.Run) bool { return !n.condition.holds(r) }

// comparison compares a field with a value, or with any of several for in(...).
type comparison struct {
	field field
	op    string
	want  []value
}

func (c comparison) holds(r *trace.Run) bool {
	have := c.field.get(r)
	return slices.ContainsFunc(c.want, func(want value) bool {
		return compareValues(c.op, c.field.kind, have, want)
	})
}

// pairTest is a comparison with a key or a value of a run's pairs.
type pairTest struct {
	field pairField
	op    string
	want  []value
}

func (h pairTest) matches(p pair) bool {
	have := p.val
	if h.field.key {
		have = p.key
	}
	return slices.ContainsFunc(h.want, func(want value) bool {
		return compareValues(h.op, h.field.kind, have, want)
	})
}

// singlePair holds if a single pair passes all of its tests.
type singlePair struct {
	group string
	tests []pairTest
}

func (o singlePair) holds(r *trace.Run) bool {
	return slices.ContainsFunc(listPairs(r, o.group), func(p pair) bool {
		return !slices.ContainsFunc(o.tests, func(h pairTest) bool { return !h.matches(p) })
	})
}

type hasTag string

func (t hasTag) holds(r *trace.Run) bool { return slices.Contains(r.Tags, string(t)) }

// hasMetadata holds if a run's metadata has every field of an object.
type hasMetadata map[string]any

func (m hasMetadata) holds(r *trace.Run) bool {
	for key, want := range m {
		have, there := r.Metadata[key]
		if !there || !equalJSON(have, want) {
			return false
		}
	}
	return true
}

// equalJSON compares values whose Go types may differ, such as int and float64.
func equalJSON(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// search holds if the run's texts contain every word, ignoring case.
type search []string

func (s search) holds(r *trace.Run) bool {
	held := strings.ToLower(strings.Join([]string{r.Name, r.Error, trace.Text(r.Inputs), trace.Text(r.Outputs)}, "\n"))
	return !slices.ContainsFunc(s, func(word string) bool { return !strings.Contains(held, word) })
}
