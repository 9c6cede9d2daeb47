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

// Backend is what all calls share: the transport to LangSmith, the ledger of paid
// calls, the watcher of jobs, and the callers with what is cached for each.
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

// BackendOptions make a [Backend].
type BackendOptions struct {
	Config *config.Config
	Logger zerolog.Logger

	// Telemetry observes calls and requests; nil for none.
	Telemetry *telemetry.Telemetry

	// Store keeps the memory of paid calls; nil for the process's own. It stays
	// the caller's, to be closed after the backend.
	Store paid.Store

	// MaxWaiters is how many calls may wait for jobs at once; 0 for any number.
	MaxWaiters int

	// Transport carries the requests to LangSmith; nil for a connection pool,
	// or for the embedded sandbox where the configuration asks for it.
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
		b.transport = sandbox.New(sandbox.Options{AllowAnonymous: true}).RoundTripper()
	default:
		b.transport = langsmith.NewTransport()
	}
	b.transport = statusRecorder{options.Telemetry.Transport(b.transport)}
	options.Telemetry.ObserveWaiters(b.watcher.Waiting)
	options.Telemetry.ObserveState(b.ledger.StateUsable)
	b.operator = b.newCaller(endpoint, cfg.LangSmith.Credentials, cfg.Sandbox)
	return b, nil
}

// sandboxEndpoint returns the embedded sandbox's address. Nobody can own its name,
// so no link to it leads anywhere.
func sandboxEndpoint() langsmith.Endpoint {
	endpoint, err := langsmith.ParseEndpoint("https://sandbox.invalid")
	if err != nil {
		panic(err) // a constant that parses
	}
	return endpoint
}

// End makes waiting calls answer with the state so far. It may be called more than once.
func (b *Backend) End() { b.end() }

func (b *Backend) hasEnded() bool {
	select {
	case <-b.ending:
		return true
	default:
		return false
	}
}

// Drain waits until no paid request is in flight, or ctx is done. The next equal
// call finds out what became of one that outlasts it.
func (b *Backend) Drain(ctx context.Context) error { return b.ledger.Drain(ctx) }

// Close ends the backend and its connections.
func (b *Backend) Close() {
	b.End()
	b.watcher.Close()
	if pool, ok := b.transport.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}

// env returns what a tool needs for a call of the caller of ctx.
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
		Policy: tool.Policy{
			MaxSample:      b.config.MaxSample,
			MaxJobsPerDay:  b.config.MaxJobsPerDay,
			Confirm:        b.config.Confirm,
			HideRunContent: b.config.HideRunContent,
			ChatsDir:       b.config.ChatsDir,
		},
	}
}
