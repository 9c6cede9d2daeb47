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
func (r *jobResult) Size() (items, chars int) { return len(r.Clusters), r.most }

// Resize implements Resizable.
func (r *jobResult) Resize(items, chars int) Result {
	smaller := r.view.result(items, chars)
	smaller.Progress, smaller.RetryAfterSeconds = r.Progress, r.RetryAfterSeconds
	return smaller
}

// fitted shows the whole page, its texts shortened as far as that takes.
func (v *jobView) fitted() *jobResult {
	v.fitSummary()
	whole := v.result(v.page.limit(), v.longest())
	fitted, _ := fit(whole, v.budget(), v.detail.shortest).(*jobResult)
	return fitted
}

// fitSummary keeps the report's own words from taking more than their part of
// the budget, in percent, from the categories: texts are shortened, then the
// last highlighted traces and key points left out.
func (v *jobView) fitSummary() {
	const part = 45
	fits := func() bool {
		reply, err := encode(v.result(0, LargestBudget))
		return err != nil || reply.fits(v.budget()*part/100)
	}
	for v.summary = max(v.detail.keyPoint, v.detail.reason, v.detail.summary); v.summary > v.detail.shortest && !fits(); {
		v.summary = max(v.summary*3/4, v.detail.shortest)
	}
	for (v.detail.highlights > 1 || v.detail.keyPoints > 1) && !fits() {
		v.detail.highlights = max(v.detail.highlights-1, 1)
		v.detail.keyPoints = max(v.detail.keyPoints-1, 1)
	}
}
