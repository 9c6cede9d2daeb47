package paid

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
)

// secret is the credential, which must not be written anywhere.
const secret = "lsv2_pt_0123456789abcdef_paid_0123456789"

// fixture is a sandbox with one project and a ledger.
type fixture struct {
	*sandbox.Sandbox
	ledger  *Ledger
	client  *langsmith.Client
	project uuid.UUID
	log     *logBuffer

	mu      sync.Mutex
	results []Result
}

type fixtureOptions struct {
	sandbox sandbox.Options
	ledger  Options
}

func newFixture(t testing.TB, options fixtureOptions) *fixture {
	t.Helper()
	options.sandbox.Empty = true
	if options.sandbox.JobDuration == 0 && options.sandbox.ReadsUntilDone == 0 {
		options.sandbox.JobDuration = 20 * time.Minute
	}
	w := &fixture{Sandbox: sandbox.New(options.sandbox), log: &logBuffer{}}
	w.project = w.AddProject(sandbox.Project{Name: "support"})
	w.client = newClient(t, w.Sandbox, secret)
	options.ledger.Logger = zerolog.New(w.log)
	options.ledger.Observe = func(result Result) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.results = append(w.results, result)
	}
	w.ledger = New(options.ledger)
	return w
}

func newClient(t testing.TB, upstream *sandbox.Sandbox, key string) *langsmith.Client {
	t.Helper()
	endpoint, err := langsmith.ParseEndpoint("https://langsmith.test")
	if err != nil {
		t.Fatal(err)
	}
	return langsmith.New(langsmith.Options{
		Endpoint:    endpoint,
		Credentials: langsmith.Credentials{APIKey: langsmith.Secret(key)},
		Transport:   upstream.RoundTripper(),
	})
}

func (w *fixture) call(changes ...func(*langsmith.CreateInsightsJobRequest)) *Call {
	request := &langsmith.CreateInsightsJobRequest{}
	for _, change := range changes {
		change(request)
	}
	call, err := NewCall(w.client, w.project, request)
	if err != nil {
		panic(err) // a request of these tests that cannot be encoded
	}
	return call
}

func mustCall(t testing.TB, client *langsmith.Client, project uuid.UUID, request *langsmith.CreateInsightsJobRequest) *Call {
	t.Helper()
	call, err := NewCall(client, project, request)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func withName(name string) func(*langsmith.CreateInsightsJobRequest) {
	return func(r *langsmith.CreateInsightsJobRequest) { r.Name = langsmith.Some(name) }
}

func withContext(question string) func(*langsmith.CreateInsightsJobRequest) {
	return func(r *langsmith.CreateInsightsJobRequest) {
		r.UserContext = langsmith.Some(map[string]string{"question": question})
	}
}

// start calls Start and fails the test if it fails.
func (w *fixture) start(t testing.TB, call *Call) *Outcome {
	t.Helper()
	outcome, err := w.ledger.Start(context.Background(), call)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	return outcome
}

// drain waits until the ledger has no call in progress.
func (w *fixture) drain(t testing.TB) {
	t.Helper()
	if err := w.ledger.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (w *fixture) posts() int { return w.count("POST") }

func (w *fixture) count(method string) int {
	n := 0
	for _, request := range w.Requests() {
		if request.Method == method && strings.Contains(request.Path, "/insights") {
			n++
		}
	}
	return n
}

func (w *fixture) jobs() []sandbox.StartedJob { return w.Jobs(uuid.Nil, w.project) }

func wantJobs(t testing.TB, w *fixture, want int) {
	t.Helper()
	if got := len(w.jobs()); got != want {
		t.Errorf("LangSmith has %d jobs, want %d", got, want)
	}
}

// logBuffer is a log that is safe for concurrent use.
type logBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

const insightsPost = "/insights$"
