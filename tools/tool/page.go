package tool

// PageArgs are how every list is told where to begin and how much to give.
type PageArgs struct {
	Limit  int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=20" jsonschema_description:"How many to return."`
	Offset int `json:"offset,omitempty" jsonschema:"minimum=0" jsonschema_description:"How many to skip."`
}

const defaultLimit = 20

func (p PageArgs) Size() int {
	if p.Limit == 0 {
		return defaultLimit
	}
	return p.Limit
}

// Budget lets a caller who asked for more than a default page have it.
func (p PageArgs) Budget() int {
	if p.Limit > defaultLimit {
		return LargestBudget
	}
	return DefaultBudget
}

// MaxPage is the most that LangSmith gives at once.
const MaxPage = 100

// FetchSize is how many items to ask LangSmith for: one more than will be shown,
// since its lists come without a total, and only a further item tells whether
// there is a next page.
func (p PageArgs) FetchSize() int { return min(p.Size()+1, MaxPage) }

// CutPage keeps the items that a page shows and says where the next begins; 0
// where there is none. At LangSmith's own limit no further item can be fetched,
// so a full page counts as having a next one, which may turn out empty.
func CutPage[T any](p PageArgs, fetched []T) (page []T, nextOffset int) {
	limit := p.Size()
	if len(fetched) > limit {
		return fetched[:limit], p.Offset + limit
	}
	if len(fetched) == MaxPage {
		return fetched, p.Offset + limit
	}
	return fetched, 0
}
