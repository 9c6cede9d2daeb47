package tools

import (
	"encoding/json"
	"fmt"
	"sort"
)

// Result is what a tool's function returns. Its JSON is the structured content;
// its Text is the same for a model or a person to read. Each stands alone.
type Result interface {
	Text() string
}

// Resizable is a result that can be made to fit: a page of items with long
// texts in them.
type Resizable interface {
	Result
	// Size returns how many items the result holds, and the length in
	// characters that its long texts are cut to.
	Size() (items, chars int)
	// Resize returns the result with the first items of it and its long texts
	// cut to chars. What is left out is said in it, with the call that gets it.
	Resize(items, chars int) Result
}

// Budgeted is a result with a budget other than [DefaultBudget], because its
// caller asked for more, or because it is read more often.
type Budgeted interface {
	Budget() int
}

// The budgets of a result in bytes, for its text and for its structured
// content each.
const (
	ConciseBudget = 8_000
	DefaultBudget = 20_000
	LargestBudget = 60_000
)

// shortestCut is the length in characters below which long texts are not cut
// to make a result fit.
const shortestCut = 40

// Reply is a result as it goes to a caller.
type Reply struct {
	Structured json.RawMessage // nil for an error
	Text       string
	IsError    bool
	NotFound   bool // an error, because what was asked for is not there
}

// render encodes a result and, where it is too large, finds the most of it that
// fits: as many items as possible with their texts whole, or else one item with
// its texts as long as possible.
func render(result Result) (Reply, error) {
	budget := DefaultBudget
	if own, ok := result.(Budgeted); ok {
		budget = min(own.Budget(), LargestBudget)
	}
	reply, err := encode(result)
	if err != nil || reply.fits(budget) {
		return reply, err
	}
	whole, ok := result.(Resizable)
	if !ok {
		return Reply{}, fmt.Errorf("the result has %d bytes; %d are allowed", max(len(reply.Structured), len(reply.Text)), budget)
	}
	items, chars := whole.Size()
	if fitting, ok := largest(1, items, budget, func(n int) Result { return whole.Resize(n, chars) }); ok {
		return fitting, nil
	}
	if fitting, ok := largest(shortestCut, chars, budget, func(n int) Result { return whole.Resize(min(items, 1), n) }); ok {
		return fitting, nil
	}
	return Reply{}, fmt.Errorf("no part of the result fits into %d bytes", budget)
}

// largest finds the largest n from low to high for which the result fits.
func largest(low, high, budget int, resized func(int) Result) (Reply, bool) {
	var best Reply
	found := false
	sort.Search(max(high-low+1, 0), func(i int) bool {
		reply, err := encode(resized(low + i))
		if err != nil || !reply.fits(budget) {
			return true
		}
		best, found = reply, true
		return false
	})
	return best, found
}

func encode(result Result) (Reply, error) {
	structured, err := json.Marshal(result)
	if err != nil {
		return Reply{}, fmt.Errorf("encode the result: %w", err)
	}
	return Reply{Structured: structured, Text: result.Text()}, nil
}

func (r Reply) fits(budget int) bool {
	return len(r.Structured) < budget && len(r.Text) < budget
}
