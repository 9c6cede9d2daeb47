package server

import (
	"context"
	"net/http"
	"sync"

	"github.com/jellydator/ttlcache/v3"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/identity"
	"langsmith-insights-mcp/server/tasks"
	"langsmith-insights-mcp/server/telemetry"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/watch"
)

// Backend has the state that all calls share: the transport to LangSmith, the ledger
// of paid calls, the watcher of jobs, and the callers with their caches.
type Backend struct {
	config    *config.Config
	logger    zerolog.Logger
	transport http.RoundTripper
	routes    *langsmith.Routes
	ledger    *paid.Ledger
	telemetry *telemetry.Telemetry
	watcher   *watch.Watcher
	tasks     *tasks.Tasks
	tools     []tool.Tool
	operator  *caller
	callers   *ttlcache.Cache[callerKey, *caller] // with credentials of their own

	deprecations deprecations

	ending chan struct{} // closed when the server ends
	end    func()
}

// BackendOptions configure [NewBackend].
type BackendOptions struct {
	Config *config.Config
	Logger zerolog.Logger

	// Telemetry observes calls and requests if it is not nil.
	Telemetry *telemetry.Telemetry

	// Store keeps the memory of paid calls; nil for one in this process's memory. The
	// caller closes it after the backend.
	Store paid.Store

	// MaxWaiters is how many calls may wait for jobs at once; 0 for any number.
	MaxWaiters int

	// Transport sends the requests to LangSmith. If nil it is a connection pool, or
	// the embedded sandbox if the configuration says so.
	Transport http.RoundTripper
}

// NewBackend returns a Backend; [Backend.Close] releases it. The error is that of
// [FilterTools].
func NewBackend(options BackendOptions) (*Backend, error) {
	cfg := options.Config
	served, err := FilterTools(cfg)
	if err != nil {
		return nil, err
	}
	ending := make(chan struct{})
	b := &Backend{
		config:    cfg,
		logger:    options.Logger,
		transport: options.Transport,
		routes:    langsmith.NewRoutes(),
		telemetry: options.Telemetry,
		ledger: paid.New(paid.Options{
			Store: options.Store, Logger: options.Logger, MaxJobsPerDay: cfg.MaxJobsPerDay,
			Observe: options.Telemetry.CountPaidCall,
		}),
		watcher: watch.New(),
		tools:   served,
		callers: newCallers(),
		ending:  ending,
		end:     sync.OnceFunc(func() { close(ending) }),
	}
	b.tasks = tasks.New(tasks.Options{
		Key: b.taskKey, Run: b.runTask, Ending: ending, Server: mcp.Implementation{Name: identity.Name, Version: Version()},
	})
	b.deprecations.logger = options.Logger
	b.watcher.MaxWaiters = options.MaxWaiters
	endpoint := cfg.LangSmith.Endpoint
	if cfg.Sandbox {
		endpoint = sandboxEndpoint()
	}
	switch {
	case b.transport != nil:
	case cfg.Sandbox:
		b.transport = sandbox.New(sandbox.Options{AllowAnonymous: true, NoRecord: true}).RoundTripper()
	default:
		b.transport = langsmith.NewTransport()
	}
	b.transport = statusRecorder{options.Telemetry.Transport(b.transport)}
	options.Telemetry.ObserveWaiters(b.watcher.CountWaiters)
	options.Telemetry.ObserveState(b.ledger.CanWriteState)
	b.operator = b.newCaller(endpoint, cfg.LangSmith.Credentials, cfg.Sandbox)
	return b, nil
}

// sandboxEndpoint returns the embedded sandbox's URL. No domain under .invalid can
// exist, so links to it lead nowhere.
func sandboxEndpoint() langsmith.Endpoint {
	endpoint, err := langsmith.ParseEndpoint("https://sandbox.invalid")
	if err != nil {
		panic(err) // cannot happen: the constant is valid
	}
	return endpoint
}

// End makes waiting calls return the current state. It may be called more than once.
func (b *Backend) End() { b.end() }

func (b *Backend) hasEnded() bool {
	select {
	case <-b.ending:
		return true
	default:
		return false
	}
}

// Drain waits until no paid request is in flight, or ctx is done. The next equal call
// looks for the outcome of a request that outlasts ctx.
func (b *Backend) Drain(ctx context.Context) error { return b.ledger.Drain(ctx) }

// Close ends the backend and its connections.
func (b *Backend) Close() {
	b.End()
	b.watcher.Close()
	b.ledger.Close()
	if pool, ok := b.transport.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}

// env returns the [tool.Env] of a call by the caller of ctx.
func (b *Backend) env(ctx context.Context) *tool.Env {
	caller := b.caller(ctx)
	return &tool.Env{
		LangSmith:      caller.langsmith,
		Projects:       caller.projects,
		Scopes:         caller.scopes,
		Paid:           b.ledger,
		Watch:          b.watcher,
		Locks:          caller.locks,
		DefaultProject: b.defaultProject(caller),
		Ending:         b.ending,
		Audience:       b.audience(ctx),
		Policy: tool.Policy{
			MaxSample:      b.config.MaxSample,
			MaxJobsPerDay:  b.config.MaxJobsPerDay,
			Confirm:        b.config.Confirm,
			HideRunContent: b.config.HideRunContent,
			ChatsDir:       b.config.ChatsDir,
		},
	}
}
