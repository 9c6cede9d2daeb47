package tools

// PageArgs are how every list is told where to begin and how much to give.
type PageArgs struct {
	Limit  int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=20"`
	Offset int `json:"offset,omitempty" jsonschema:"minimum=0"`
}

const defaultLimit = 20

func (p PageArgs) limit() int {
	if p.Limit == 0 {
		return defaultLimit
	}
	return p.Limit
}

// budget lets a caller who asked for more than a default page have it.
func (p PageArgs) budget() int {
	if p.Limit > defaultLimit {
		return LargestBudget
	}
	return DefaultBudget
}

// largestPage is the most that LangSmith gives at once.
const largestPage = 100

// fetch is how many items to ask LangSmith for: one more than will be shown,
// since its lists come without a total, and only a further item tells whether
// there is a next page.
func (p PageArgs) fetch() int { return min(p.limit()+1, largestPage) }

// cutPage keeps the items that a page shows and says where the next begins; 0
// where there is none. At LangSmith's own limit no further item can be fetched,
// so a full page counts as having a next one, which may turn out empty.
func cutPage[T any](p PageArgs, fetched []T) (page []T, nextOffset int) {
	limit := p.limit()
	if len(fetched) > limit {
		return fetched[:limit], p.Offset + limit
	}
	if len(fetched) == largestPage {
		return fetched, p.Offset + limit
	}
	return fetched, 0
}
