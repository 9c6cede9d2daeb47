package tools

// Budget implements Budgeted.
func (r *jobResult) Budget() int { return r.view.budget() }

func (v *jobView) budget() int {
	if v.detail.budget > 0 {
		return v.detail.budget
	}
	return v.page.budget()
}

// Size implements Resizable.
func (r *jobResult) Size() (items, chars int) { return len(r.Clusters), r.chars }

// Resize implements Resizable.
func (r *jobResult) Resize(items, chars int) Result {
	smaller := r.view.result(items, chars)
	smaller.Progress, smaller.RetryAfterSeconds = r.Progress, r.RetryAfterSeconds
	return smaller
}

// fitted shows the whole page, its texts shortened as far as that takes.
func (v *jobView) fitted() *jobResult {
	whole := v.result(v.page.limit(), v.detail.longest())
	fitted, _ := fit(whole, v.budget(), v.detail.shortest).(*jobResult)
	return fitted
}
