package sandbox

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/samples"
)

// Options says how a sandbox behaves. The zero value is a LangSmith with sample
// projects, that wants some credential and accepts any.
type Options struct {
	// Now is the sandbox's clock, time.Now if nil. It is called from whichever
	// goroutine makes a request. Sample traces are placed in the two weeks before
	// what it says at New.
	Now func() time.Time

	// Keys are the accepted credentials, as X-API-Key or bearer token. With none
	// named every credential is good. A request without one is refused with 401.
	Keys []string
	// OrgKeys are accepted too, but span workspaces: without X-Tenant-Id they are
	// refused with 403 org_scoped_key_requires_workspace, as bearer tokens always are.
	OrgKeys []string
	// AllowAnonymous serves requests without credentials as well.
	AllowAnonymous bool

	// Routes is the generation of the run and queue routes that is served; both if
	// empty. Fault.Routes changes it for single requests.
	Routes Routes
	// TokenLifetime is how long an access token of Login lasts, an hour if 0.
	TokenLifetime time.Duration

	// Empty leaves out the sample projects.
	Empty bool
	// Seed changes the ids of all that is created later on, but not those of the
	// samples. Two sandboxes with the same options give the same ids to the same calls.
	Seed string

	// ReadsUntilDone is how many times a job must be read until it has ended:
	// the first read shows it queued, later ones running, the last one its end.
	// 3 by default; with 1 the first read shows the end. A job that nobody reads
	// ends after half a minute, as a list shows.
	ReadsUntilDone int
	// JobDuration, when set, replaces ReadsUntilDone: a job is queued for the
	// first tenth of it, then running, and has ended when it is over.
	JobDuration time.Duration

	// Secrets are the names of the model secrets of each workspace; nil means
	// OPENAI_API_KEY alone, an empty list none.
	Secrets []string
	// MaxConcurrentJobs bounds the unfinished jobs of a workspace; one more is
	// answered with 429. 0: no bound.
	MaxConcurrentJobs int
	// RateLimits enforces LangSmith's documented limits per credential, with 429
	// and Retry-After.
	RateLimits bool
	// IngestDelay is how long fresh runs stay invisible. LangSmith needs about ten seconds.
	IngestDelay time.Duration
}

// Sandbox is a LangSmith in memory. It is an http.Handler, and safe for
// concurrent use. It starts no goroutines and opens no sockets.
type Sandbox struct {
	opts  Options
	mux   *http.ServeMux
	began time.Time

	mu         sync.Mutex
	workspaces map[uuid.UUID]*workspace
	order      []*workspace
	started    int
	samples    []samples.Project // made when a workspace first needs them
	received   recorder
	faults     []*armedFault
	late       []lateRequest
	rates      rateBook
	tokens     tokenStore
}

// New makes a sandbox. It costs next to nothing: sample traces are made when a
// request first needs them.
func New(opts Options) *Sandbox {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.ReadsUntilDone <= 0 {
		opts.ReadsUntilDone = 3
	}
	if opts.Secrets == nil {
		opts.Secrets = []string{"OPENAI_API_KEY"}
	}
	opts.Keys, opts.OrgKeys = slices.Clone(opts.Keys), slices.Clone(opts.OrgKeys)
	s := &Sandbox{
		opts:       opts,
		began:      opts.Now(),
		workspaces: make(map[uuid.UUID]*workspace),
	}
	s.mux = s.routes()
	return s
}

func (s *Sandbox) now() time.Time { return s.opts.Now() }

// JobsStarted counts the jobs that requests have started, those deleted since
// included and those put in by AddJob not. Requests whose late effect is due
// by the sandbox's clock have had it.
func (s *Sandbox) JobsStarted() int {
	s.processDue(s.now())
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started
}
