package tools

// fit shortens a result's long texts until it fits its budget, but not below
// shortest characters: a page of many short texts says more than one item with
// a long one. What does not fit then is left to [render], which drops items.
func fit(result Resizable, budget, shortest int) Resizable {
	items, chars := result.Size()
	for chars > shortest {
		if reply, err := encode(result); err != nil || reply.fits(budget) {
			break
		}
		chars = max(chars*3/4, shortest)
		smaller, ok := result.Resize(items, chars).(Resizable)
		if !ok {
			break
		}
		result = smaller
	}
	return result
}
