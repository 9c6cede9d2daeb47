package tools

// resizable shows the page that a call asks for: all of it with shorter texts
// rather than a few categories with long ones.
func (v *jobView) resizable() (Resizable[*jobResult], error) {
	if v.page.Offset == 0 && v.job.Summary != nil {
		if err := v.fitReport(); err != nil {
			return Resizable[*jobResult]{}, err
		}
	}
	return Resizable[*jobResult]{
		Items: min(v.page.limit(), len(v.nodes)), Chars: v.longest(), Enough: v.detail.shortest, Budget: v.budget(),
		Build: v.result,
	}, nil
}

func (v *jobView) budget() int {
	if v.detail.budget > 0 {
		return v.detail.budget
	}
	return v.page.budget()
}

// reportPart is how much of the budget the report's own words may take from the
// categories, in percent.
const reportPart = 40

func (v *jobView) fitReport() error {
	fitted, _, err := Resizable[*listedReport]{
		Items: max(v.detail.keyPoints, v.detail.highlights), Chars: max(v.detail.keyPoint, v.detail.reason, v.detail.summary),
		Enough: v.detail.shortest, Budget: v.budget() * reportPart / 100,
		Build: v.summarized,
	}.Fit()
	if err == nil && !fitted.empty() {
		v.report = fitted
	}
	return err
}
