package langsmith

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// pacing keeps one client under LangSmith's documented limits, so that it waits
// rather than being refused. Other processes on the same key are not known; for
// them there is the resending layer.
type pacing struct {
	next  http.RoundTripper
	any   *rate.Limiter
	rules []paceRule
}

type paceRule struct {
	method  string
	at      func(path string) bool
	limiter *rate.Limiter
}

func isRunsQuery(p string) bool { return strings.HasSuffix(p, "/runs/query") }
func isOneRun(p string) bool    { return path.Base(path.Dir(p)) == "runs" }
func isGenerate(p string) bool  { return strings.HasSuffix(p, "/insights/configs/generate") }

// newPacing paces the rare operations everywhere, and all requests together
// where the endpoint is LangSmith's own service: what a self-hosted one bears
// is its operator's to know.
//
// Both generations of a route count together: nothing says that LangSmith
// counts them apart.
func newPacing(next http.RoundTripper, options Options) *pacing {
	queries := 15
	if options.Credentials.IsBearer() {
		queries = 300 // who signs in with a token has a limit of their own
	}
	p := &pacing{
		next: next,
		rules: []paceRule{ // the limits that are known, as calls per window
			{http.MethodPost, isRunsQuery, perWindow(queries, 10*time.Second)},
			{http.MethodGet, isOneRun, perWindow(30, time.Minute)},
			{http.MethodPost, isGenerate, perWindow(30, time.Hour)},
		},
	}
	if options.Endpoint.IsRegion() {
		p.any = perWindow(1000, 10*time.Second)
	}
	return p
}

// perWindow allows calls in any window: half of them at once and the rest
// evenly, since a full burst and a full refill in one window would be too many.
func perWindow(calls int, window time.Duration) *rate.Limiter {
	burst := calls / 2
	return rate.NewLimiter(rate.Every(window/time.Duration(calls-burst)), burst)
}

func (p *pacing) RoundTrip(request *http.Request) (*http.Response, error) {
	for _, rule := range p.rules {
		if request.Method == rule.method && rule.at(request.URL.Path) {
			if err := takeTurn(request, rule.limiter); err != nil {
				return nil, err
			}
		}
	}
	if p.any != nil {
		if err := takeTurn(request, p.any); err != nil {
			return nil, err
		}
	}
	return p.next.RoundTrip(request)
}

// longestTurn is how long a request waits for its turn before its caller is
// told instead: an agent learns more from "in four minutes" than from silence.
const longestTurn = 30 * time.Second

func takeTurn(request *http.Request, limiter *rate.Limiter) error {
	ctx := request.Context()
	if err := ctx.Err(); err != nil {
		return &notSentError{err}
	}
	turn := limiter.Reserve()
	wait := turn.Delay()
	if wait == 0 {
		return nil
	}
	if wait > longestTurn || pastDeadline(ctx, wait) {
		turn.Cancel()
		return &notSentError{&pacedError{wait}}
	}
	if err := sleep(ctx, wait); err != nil {
		turn.Cancel()
		return &notSentError{err}
	}
	return nil
}

// pacedError says that a request was held back, since its turn is far off.
type pacedError struct{ wait time.Duration }

func (e *pacedError) Error() string {
	return fmt.Sprintf("not sent: LangSmith's rate limit for this operation is used up for another %s", e.wait.Round(time.Second))
}
