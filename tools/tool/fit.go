package tool

import (
	"fmt"
	"sort"
)

// Resizable is a result that is built in the largest size that fits its budget,
// as text and as structure: a page of items with long texts in them.
type Resizable[R Result] struct {
	// Build returns the result with its first items only and with its long
	// texts cut to chars. It says what was left out, with the call that gets it.
	Build func(items, chars int) R

	Items  int // of the whole result
	Chars  int // that its longest text may have
	Enough int // the length down to which texts are cut before items are left out; 0 for Chars
	Budget int // in bytes; 0 for DefaultBudget
}

// shortestText is the length below which texts are not cut to make a result fit.
const shortestText = 40

// Fit returns the largest result that fits, as it is and rendered: the whole;
// or every item with texts cut down to Enough; or as many items as fit with
// those; or one item with shorter texts still.
func (r Resizable[R]) Fit() (R, Reply, error) {
	enough := r.Enough
	if enough == 0 {
		enough = r.Chars
	}
	var fitted R
	var rendered Reply
	var failed error
	fits := func(items, chars int) bool {
		result := r.Build(items, chars)
		reply, err := render(result)
		if err != nil {
			failed = err
			return false
		}
		if !reply.Fits(r.budget()) {
			return false
		}
		fitted, rendered = result, reply
		return true
	}
	if fits(r.Items, r.Chars) ||
		largest(enough, r.Chars-1, func(chars int) bool { return fits(r.Items, chars) }) ||
		largest(1, r.Items-1, func(items int) bool { return fits(items, enough) }) ||
		largest(shortestText, enough-1, func(chars int) bool { return fits(min(r.Items, 1), chars) }) {
		return fitted, rendered, nil
	}
	if failed == nil {
		failed = fmt.Errorf("no part of the result fits into %d bytes", r.budget())
	}
	return fitted, Reply{}, failed
}

func (r Resizable[R]) budget() int {
	if r.Budget == 0 {
		return DefaultBudget
	}
	return min(r.Budget, LargestBudget)
}

// largest calls fits for numbers from low to high until it has found the largest
// one that fits, and reports whether there is any.
func largest(low, high int, fits func(int) bool) (found bool) {
	sort.Search(max(high-low+1, 0), func(i int) bool {
		if fits(low + i) {
			found = true
			return false
		}
		return true
	})
	return found
}
