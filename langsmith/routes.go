package langsmith

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// routeFamily is a group of routes that LangSmith replaces together.
type routeFamily string

const (
	runRoutes   routeFamily = "runs"
	queueRoutes routeFamily = "annotation queues"
)

// recheckAfter is how long a generation of routes counts as absent. An installation may
// be upgraded meanwhile.
const recheckAfter = 10 * time.Minute

// Routes remembers which generation of LangSmith's routes each endpoint does not serve,
// so that not every call requests it. LangSmith removes the older routes for runs and
// queues on 31 January 2027; self-hosted installations before v0.16 lack the newer ones.
// Several clients can share one. It is safe for concurrent use.
type Routes struct {
	absent *ttlcache.Cache[routeGeneration, struct{}]
}

type routeGeneration struct {
	endpoint string
	family   routeFamily
	older    bool
}

// NewRoutes returns a memory in which no generation is absent.
func NewRoutes() *Routes {
	return &Routes{ttlcache.New(
		ttlcache.WithTTL[routeGeneration, struct{}](recheckAfter),
		ttlcache.WithDisableTouchOnHit[routeGeneration, struct{}](),
	)}
}

func (r *Routes) isAbsent(g routeGeneration) bool { return r.absent.Has(g) }
func (r *Routes) setAbsent(g routeGeneration)     { r.absent.Set(g, struct{}{}, ttlcache.DefaultTTL) }
func (r *Routes) setPresent(g routeGeneration)    { r.absent.Delete(g) }

// versionedOperation is one operation on both generations of routes.
type versionedOperation[T any] struct {
	current, older func() (T, error)
	// provesAbsence reports whether a response of one generation proves that the
	// other, which responded with 404, is absent; nil for true.
	provesAbsence func(T) bool
}

// callEither calls the current route, or the older one if the current is known to be
// absent. If that route is absent, it calls the other: during a migration an endpoint
// may serve either.
func callEither[T any](c *Client, family routeFamily, op versionedOperation[T]) (T, error) {
	first := routeGeneration{endpoint: c.endpoint.api, family: family}
	second := first
	second.older = true
	call, callOther := op.current, op.older
	if c.routes.isAbsent(first) && !c.routes.isAbsent(second) {
		first, second = second, first
		call, callOther = callOther, call
	}
	result, err := call()
	missing := asRouteMissing(err)
	if missing == nil {
		if err == nil {
			c.routes.setPresent(first)
		}
		return result, err
	}
	if missing.Status != http.StatusNotFound {
		c.routes.setAbsent(first)
	}
	other, otherErr := callOther()
	otherMissing := asRouteMissing(otherErr)
	switch {
	case otherErr == nil:
		c.routes.setPresent(second)
		if op.provesAbsence == nil || op.provesAbsence(other) {
			c.routes.setAbsent(first)
		}
		return other, nil
	case otherMissing == nil:
		return other, otherErr
	case otherMissing.Status != http.StatusNotFound:
		c.routes.setAbsent(second)
		return result, err // which may be the 404 of the requested object
	case missing.Status == http.StatusNotFound && !first.older:
		return result, err
	}
	return other, otherErr
}

// asRouteMissing returns an error that may mean that the route is absent; nil for others.
func asRouteMissing(err error) *Error {
	var failed *Error
	if errors.As(err, &failed) && failed.RouteMissing() {
		return failed
	}
	return nil
}

// RouteMissing reports whether the response may mean that this LangSmith does not serve
// the route: 501, 410 or 405, or a 404 without a message of LangSmith's. Such a 404 can
// also mean that the requested object does not exist.
func (e *Error) RouteMissing() bool {
	switch e.Status {
	case http.StatusNotImplemented, http.StatusGone, http.StatusMethodNotAllowed:
		return true
	case http.StatusNotFound:
		return e.NotJSON || e.Message == "" || strings.EqualFold(strings.Trim(e.Message, ". "), "not found")
	}
	return false
}
