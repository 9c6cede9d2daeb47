package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limit is the number of calls that a credential may make in a window of time.
type limit struct {
	name   string
	method string
	path   string // a suffix, or "" for every path
	calls  int
	bearer int // calls with a bearer token; 0 for the same
	window time.Duration
}

// limits are LangSmith's documented limits of the operations that the sandbox serves.
var limits = [...]limit{
	{name: "any", calls: 1000, window: 10 * time.Second},
	{name: "query", method: "POST", path: "/runs/query", calls: 15, bearer: 300, window: 10 * time.Second},
	{name: "run", method: "GET", path: "/runs/{run_id}", calls: 30, window: time.Minute},
	{name: "generate", method: "POST", path: "/configs/generate", calls: 30, window: time.Hour},
}

// rateCounter records the recent calls of each credential.
type rateCounter struct{ calls map[string][]time.Time }

// count records a call, or refuses it.
//
// Unknown: LangSmith's wording, and whether its windows slide, as they do here.
func (b *rateCounter) count(enforced bool, r *http.Request, now time.Time) error {
	if !enforced {
		return nil
	}
	if b.calls == nil {
		b.calls = make(map[string][]time.Time)
	}
	method, pattern, _ := strings.Cut(r.Pattern, " ")
	credential := r.Header.Get("X-Api-Key") + r.Header.Get("Authorization")
	for _, l := range limits {
		if l.method != "" && l.method != method || !strings.HasSuffix(pattern, l.path) {
			continue
		}
		key := l.name + " " + credential
		recent := b.calls[key]
		for len(recent) > 0 && now.Sub(recent[0]) >= l.window {
			recent = recent[1:]
		}
		maximum := l.calls
		if l.bearer > 0 && r.Header.Get("X-Api-Key") == "" {
			maximum = l.bearer
		}
		if len(recent) >= maximum {
			b.calls[key] = recent
			after := l.window - now.Sub(recent[0])
			p := refuse(http.StatusTooManyRequests, "Rate limit exceeded")
			p.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(after.Seconds())))}}
			return p
		}
		b.calls[key] = append(recent, now)
	}
	return nil
}
