package server

import (
	"context"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/catalog"
	"langsmith-insights-mcp/server/web"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

const (
	// maxCallers is the maximum number of callers with their own credentials whose
	// caches are kept. The least recently seen is removed first.
	maxCallers = 1000

	// callerTTL is how long a caller's caches are kept after the last call.
	callerTTL = time.Hour
)

// caller is a set of credentials at an endpoint, with what is cached for it.
type caller struct {
	langsmith *langsmith.Client
	projects  *tool.ProjectCache
	scopes    *scope.Memory
	locks     *tool.KeyedMutex
	catalog   *catalog.Catalog
}

// callerKey identifies a caller. Callers with different keys share nothing.
type callerKey struct {
	endpoint    langsmith.Endpoint
	credentials langsmith.Credentials
}

func newCallers() *ttlcache.Cache[callerKey, *caller] {
	return ttlcache.New(
		ttlcache.WithCapacity[callerKey, *caller](maxCallers),
		ttlcache.WithTTL[callerKey, *caller](callerTTL),
	)
}

// newCaller returns a caller with empty caches.
func (b *Backend) newCaller(endpoint langsmith.Endpoint, credentials langsmith.Credentials, anonymous bool) *caller {
	client := langsmith.New(langsmith.Options{
		Endpoint:     endpoint,
		Credentials:  credentials,
		Anonymous:    anonymous,
		UserAgent:    UserAgent(),
		Timeout:      b.config.Timeout,
		Transport:    b.transport,
		Routes:       b.routes,
		OnDeprecated: b.deprecations.add,
	})
	return &caller{langsmith: client, projects: tool.NewProjectCache(), scopes: scope.NewMemory(), locks: tool.NewKeyedMutex(), catalog: catalog.New(client)}
}

// caller returns the caller of ctx. A caller's own key is sent to the endpoint that the
// request names, else to the operator's. The operator's key is sent only to the
// operator's.
func (b *Backend) caller(ctx context.Context) *caller {
	from := web.CallerFrom(ctx)
	if from.Credentials.Empty() {
		return b.operator
	}
	key := callerKey{from.Endpoint, from.Credentials}
	if key.endpoint.IsZero() || b.config.Sandbox {
		key.endpoint = b.operator.langsmith.Endpoint()
	}
	b.callers.DeleteExpired() // here, so that no goroutine is needed
	item, _ := b.callers.GetOrSetFunc(key, func() *caller { return b.newCaller(key.endpoint, key.credentials, false) })
	return item.Value()
}

// audience returns who reads the errors of calls of ctx.
func (b *Backend) audience(ctx context.Context) advice.Audience {
	switch from := web.CallerFrom(ctx); {
	case !from.OverHTTP:
		return advice.Operator
	case from.Credentials.Empty():
		return advice.Guest
	}
	return advice.KeyHolder
}

// defaultProject returns the operator's default project, and none for a caller
// with credentials of their own, whose workspace may be another.
func (b *Backend) defaultProject(c *caller) string {
	if c != b.operator {
		return ""
	}
	return b.config.LangSmith.Project
}
