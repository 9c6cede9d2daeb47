package langsmith

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// rateLimiter keeps one client within LangSmith's documented rate limits: it waits
// before LangSmith would refuse a request. It does not know of other processes with the
// same key; the retrier handles their refusals.
type rateLimiter struct {
	next  http.RoundTripper
	all   *rate.Limiter // for all requests; nil for no limit
	rules []rateRule
}

type rateRule struct {
	method  string
	matches func(path string) bool
	limiter *rate.Limiter
}

func isRunsQuery(p string) bool { return strings.HasSuffix(p, "/runs/query") }
func isSingleRun(p string) bool { return path.Base(path.Dir(p)) == "runs" }
func isGenerate(p string) bool  { return strings.HasSuffix(p, "/insights/configs/generate") }

// newRateLimiter limits some operations on every endpoint, and all requests together on
// LangSmith's cloud service. The limit of a self-hosted installation is not known.
//
// Both generations of a route share a limit: LangSmith does not document separate ones.
func newRateLimiter(next http.RoundTripper, options Options) *rateLimiter {
	queries := 15
	if options.Credentials.IsBearer() {
		queries = 300 // the documented limit with a token
	}
	p := &rateLimiter{
		next: next,
		rules: []rateRule{
			{http.MethodPost, isRunsQuery, newLimiter(queries, 10*time.Second)},
			{http.MethodGet, isSingleRun, newLimiter(30, time.Minute)},
			{http.MethodPost, isGenerate, newLimiter(30, time.Hour)},
		},
	}
	if options.Endpoint.IsRegion() {
		p.all = newLimiter(1000, 10*time.Second)
	}
	return p
}

// newLimiter limits the calls in any window: it allows half of them at once and the rest
// evenly, since a burst of all calls and their refill would fit into one window.
func newLimiter(calls int, window time.Duration) *rate.Limiter {
	burst := calls / 2
	return rate.NewLimiter(rate.Every(window/time.Duration(calls-burst)), burst)
}

func (p *rateLimiter) RoundTrip(request *http.Request) (*http.Response, error) {
	for _, rule := range p.rules {
		if request.Method == rule.method && rule.matches(request.URL.Path) {
			if err := waitForLimiter(request, rule.limiter); err != nil {
				return nil, err
			}
		}
	}
	if p.all != nil {
		if err := waitForLimiter(request, p.all); err != nil {
			return nil, err
		}
	}
	return p.next.RoundTrip(request)
}

// maxLimiterWait bounds the wait of a request. Beyond it the caller gets an error with
// the time to wait.
const maxLimiterWait = 30 * time.Second

func waitForLimiter(request *http.Request, limiter *rate.Limiter) error {
	ctx := request.Context()
	if err := ctx.Err(); err != nil {
		return &notSentError{err}
	}
	reservation := limiter.Reserve()
	wait := reservation.Delay()
	if wait == 0 {
		return nil
	}
	if wait > maxLimiterWait || pastDeadline(ctx, wait) {
		reservation.Cancel()
		return &notSentError{&rateLimitedError{wait}}
	}
	if err := sleep(ctx, wait); err != nil {
		reservation.Cancel()
		return &notSentError{err}
	}
	return nil
}

// rateLimitedError is the error of a request that would wait longer than maxLimiterWait
// or its deadline.
type rateLimitedError struct{ wait time.Duration }

func (e *rateLimitedError) Error() string {
	return fmt.Sprintf("not sent: LangSmith's rate limit for this operation is used up for another %s", e.wait.Round(time.Second))
}
