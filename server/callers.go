package server

import (
	"context"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/web"
)

const (
	// mostCallers bounds how many callers with credentials of their own are
	// remembered, with what is cached for each; the longest unseen go first.
	mostCallers = 1000

	// callerUnseen is how long one is remembered after the last call.
	callerUnseen = time.Hour
)

// callerID tells callers apart: nothing is shared by two that differ in any of it.
type callerID struct {
	endpoint    langsmith.Endpoint
	credentials langsmith.Credentials
}

// callers remembers those who brought credentials of their own.
type callers struct {
	known *ttlcache.Cache[callerID, *caller]
	start func(callerID) *caller
}

func newCallers(start func(callerID) *caller) *callers {
	return &callers{start: start, known: ttlcache.New(
		ttlcache.WithCapacity[callerID, *caller](mostCallers),
		ttlcache.WithTTL[callerID, *caller](callerUnseen),
	)}
}

func (c *callers) get(id callerID) *caller {
	c.known.DeleteExpired() // here, so that no goroutine has to
	item, _ := c.known.GetOrSetFunc(id, func() *caller { return c.start(id) })
	return item.Value()
}

// caller finds who makes a call. A caller's own key goes to the endpoint that
// they chose, else to the operator's; the operator's key goes nowhere else.
func (b *Backend) caller(ctx context.Context) *caller {
	who := web.CallerFrom(ctx)
	if who.Credentials.Empty() {
		return b.operator
	}
	endpoint := who.Endpoint
	if endpoint.IsZero() || b.config.Sandbox {
		endpoint = b.operator.langsmith.Endpoint()
	}
	return b.callers.get(callerID{endpoint, who.Credentials})
}

// defaultProject is the operator's, and means nothing in another's workspace.
func (b *Backend) defaultProject(who *caller) string {
	if who != b.operator {
		return ""
	}
	return b.config.LangSmith.Project
}
