package tool

// PageArgs are the arguments that page a list.
type PageArgs struct {
	Limit  int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=20" jsonschema_description:"How many to return."`
	Offset int `json:"offset,omitempty" jsonschema:"minimum=0" jsonschema_description:"How many to skip."`
}

const defaultPage = 20

// MaxPage is the maximum number of items that LangSmith returns at once.
const MaxPage = 100

// Size returns the number of items of the page.
func (p PageArgs) Size() int {
	if p.Limit == 0 {
		return defaultPage
	}
	return p.Limit
}

// Budget returns the budget of the page: larger for a page with a larger limit.
func (p PageArgs) Budget() int {
	if p.Limit > defaultPage {
		return LargestBudget
	}
	return DefaultBudget
}

// FetchSize returns the number of items to request from LangSmith. It is one more than the
// page shows, since LangSmith's lists have no total: only a further item shows that there
// is a next page.
func (p PageArgs) FetchSize() int { return min(p.Size()+1, MaxPage) }

// CutPage returns the items of a page, and the offset of the next page, 0 if there is none.
// A page of MaxPage counts as having a next one, which may be empty, since no further item
// can be fetched with it.
func CutPage[T any](p PageArgs, fetched []T) (page []T, nextOffset int) {
	size := p.Size()
	if len(fetched) > size {
		return fetched[:size], p.Offset + size
	}
	if len(fetched) == MaxPage {
		return fetched, p.Offset + size
	}
	return fetched, 0
}
