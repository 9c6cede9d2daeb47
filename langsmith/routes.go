package langsmith

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// routeFamily is a group of routes that LangSmith replaces together.
type routeFamily string

const (
	runRoutes   routeFamily = "runs"
	queueRoutes routeFamily = "annotation queues"
)

// routesRecheck is how long a generation of routes counts as absent after an
// endpoint was found not to serve it: an installation may be upgraded meanwhile.
const routesRecheck = 10 * time.Minute

// Routes remembers which generation of LangSmith's routes each endpoint serves,
// so that what is not there is not asked for at every call. LangSmith removes
// the older routes for runs and queues on 31 January 2027; self-hosted
// installations before v0.16 lack the newer ones. Clients share one.
type Routes struct {
	mu     sync.Mutex
	absent map[routeGeneration]time.Time // until when it counts as absent
}

type routeGeneration struct {
	endpoint string
	family   routeFamily
	older    bool
}

// NewRoutes returns a memory in which nothing is known to be absent.
func NewRoutes() *Routes { return &Routes{absent: map[routeGeneration]time.Time{}} }

func (r *Routes) isAbsent(g routeGeneration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.absent[g])
}

func (r *Routes) setAbsent(g routeGeneration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.absent[g] = time.Now().Add(routesRecheck)
}

func (r *Routes) setPresent(g routeGeneration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.absent, g)
}

// eitherRoute is one operation by its two generations of routes.
type eitherRoute[T any] struct {
	current, older func() (T, error)
	// proves reports whether an answer of one generation, after the other said
	// 404, shows that the other's route is absent; nil for always.
	proves func(T) bool
}

// serveEither carries out an operation by the route that the endpoint serves:
// the current one, unless it is known to be absent. During a move an endpoint
// may answer now by one and now by the other, so whichever is absent, the other
// is asked in the same call.
func serveEither[T any](c *Client, family routeFamily, op eitherRoute[T]) (T, error) {
	first := routeGeneration{endpoint: c.endpoint.api, family: family}
	second := first
	second.older = true
	ask, askOther := op.current, op.older
	if c.routes.isAbsent(first) && !c.routes.isAbsent(second) {
		first, second = second, first
		ask, askOther = askOther, ask
	}
	answer, err := ask()
	missing := routeMissing(err)
	if missing == nil {
		if err == nil {
			c.routes.setPresent(first)
		}
		return answer, err
	}
	if missing.Status != http.StatusNotFound {
		c.routes.setAbsent(first)
	}
	other, otherErr := askOther()
	otherMissing := routeMissing(otherErr)
	switch {
	case otherErr == nil:
		c.routes.setPresent(second)
		if op.proves == nil || op.proves(other) {
			c.routes.setAbsent(first)
		}
		return other, nil
	case otherMissing == nil:
		return other, otherErr
	case otherMissing.Status != http.StatusNotFound:
		c.routes.setAbsent(second)
		return answer, err // which may be a 404 for what was asked for
	case missing.Status == http.StatusNotFound && !first.older:
		return answer, err
	}
	return other, otherErr
}

func routeMissing(err error) *Error {
	var failed *Error
	if errors.As(err, &failed) && failed.RouteMissing() {
		return failed
	}
	return nil
}

// RouteMissing reports whether the answer may mean that this LangSmith does not
// serve the route at all: 501, 410 or 405, or a 404 that names nothing, as web
// servers write it. Such a 404 can also mean that the thing asked for is gone.
func (e *Error) RouteMissing() bool {
	switch e.Status {
	case http.StatusNotImplemented, http.StatusGone, http.StatusMethodNotAllowed:
		return true
	case http.StatusNotFound:
		return e.NotJSON || e.Message == "" || strings.EqualFold(strings.Trim(e.Message, ". "), "not found")
	}
	return false
}
