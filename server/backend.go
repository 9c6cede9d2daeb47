package server

import (
	"context"
	"net/http"
	"sync"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/catalog"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/telemetry"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/watch"
)

// Backend is what every call of one server shares: the way to LangSmith, the
// memory of paid calls, and the callers that are known.
type Backend struct {
	config    *config.Config
	logger    zerolog.Logger
	transport http.RoundTripper
	ledger    *paid.Ledger
	telemetry *telemetry.Telemetry
	watcher   *watch.Watcher
	tools     []tools.Tool
	operator  *caller
	callers   *callers
	rest      *rest // nil where the process's memory is not this server's to manage

	ending     chan struct{}
	endingOnce sync.Once
}

// BackendOptions make a [Backend].
type BackendOptions struct {
	Config *config.Config
	Logger zerolog.Logger

	// Telemetry observes the server; nil for nothing.
	Telemetry *telemetry.Telemetry

	// Store keeps the memory of paid calls; nil for the process's own. It stays
	// the caller's, to be closed after the backend.
	Store paid.Store

	// MaxWaiters is how many calls may wait for jobs at once; 0 for any number.
	MaxWaiters int

	// Rests has the process's memory given back to the system while nobody asks
	// for anything.
	Rests bool

	// Transport carries the requests to LangSmith; nil for a connection pool,
	// or for the embedded sandbox where the configuration asks for it.
	Transport http.RoundTripper
}

// NewBackend returns a Backend; [Backend.Close] releases it.
func NewBackend(options BackendOptions) (*Backend, error) {
	cfg := options.Config
	served, err := FilterTools(cfg)
	if err != nil {
		return nil, err
	}
	b := &Backend{
		config:    cfg,
		logger:    options.Logger,
		transport: options.Transport,
		telemetry: options.Telemetry,
		ledger: paid.New(paid.Options{
			Store: options.Store, Logger: options.Logger, MaxJobsPerDay: cfg.MaxJobsPerDay,
			Observe: func(result paid.Result) { options.Telemetry.PaidCall(string(result)) },
		}),
		watcher: watch.New(),
		tools:   served,
		ending:  make(chan struct{}),
	}
	b.watcher.MaxWaiters = options.MaxWaiters
	if options.Rests {
		b.rest = newRest()
	}
	if b.transport == nil {
		if cfg.Sandbox {
			b.transport = sandbox.New(sandbox.Options{AllowAnonymous: true}).RoundTripper()
		} else {
			b.transport = langsmith.NewTransport()
		}
	}
	b.transport = options.Telemetry.Transport(b.transport)
	options.Telemetry.Waiting(b.watcher.Waiting)
	endpoint := cfg.LangSmith.Endpoint
	if cfg.Sandbox {
		endpoint = sandboxEndpoint()
	}
	b.operator = b.newCaller(endpoint, cfg.LangSmith.Credentials, cfg.Sandbox)
	b.callers = newCallers(func(id callerID) *caller { return b.newCaller(id.endpoint, id.credentials, false) })
	return b, nil
}

// sandboxEndpoint is where the embedded sandbox pretends to be. Its name can
// belong to nobody, so that no link to it leads anywhere.
func sandboxEndpoint() langsmith.Endpoint {
	endpoint, err := langsmith.ParseEndpoint("https://sandbox.invalid")
	if err != nil {
		panic(err) // a constant that parses
	}
	return endpoint
}

// End has waiting calls answer with what they have. It may be called more than once.
func (b *Backend) End() { b.endingOnce.Do(func() { close(b.ending) }) }

// Drain waits for paid requests that are still under way, as long as ctx lets
// it. One that outlasts it is found again by the next equal call.
func (b *Backend) Drain(ctx context.Context) error { return b.ledger.Drain(ctx) }

// Close ends the backend's connections.
func (b *Backend) Close() {
	b.End()
	if pool, ok := b.transport.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}

// caller is one set of credentials at one endpoint, with what is remembered for it.
type caller struct {
	langsmith *langsmith.Client
	projects  *tools.ProjectCache
	turns     *tools.Turns
	catalog   *catalog.Catalog
}

func (b *Backend) newCaller(endpoint langsmith.Endpoint, credentials langsmith.Credentials, anonymous bool) *caller {
	client := langsmith.New(langsmith.Options{
		Endpoint:    endpoint,
		Credentials: credentials,
		Anonymous:   anonymous,
		UserAgent:   UserAgent(),
		Timeout:     b.config.Timeout,
		Transport:   b.transport,
	})
	return &caller{langsmith: client, projects: tools.NewProjectCache(), turns: tools.NewTurns(), catalog: catalog.New(client)}
}

// env binds a call to who makes it.
func (b *Backend) env(ctx context.Context) *tools.Env {
	who := b.caller(ctx)
	return &tools.Env{
		LangSmith:      who.langsmith,
		Projects:       who.projects,
		Paid:           b.ledger,
		Watch:          b.watcher,
		Turns:          who.turns,
		DefaultProject: b.defaultProject(who),
		Ending:         b.ending,
		Policy: tools.Policy{
			MaxSample:      b.config.MaxSample,
			MaxJobsPerDay:  b.config.MaxJobsPerDay,
			Confirm:        b.config.Confirm,
			HideRunContent: b.config.HideRunContent,
			ChatsDir:       b.config.ChatsDir,
		},
	}
}
