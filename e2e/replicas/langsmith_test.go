package replicas

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// upstreamURL is the LangSmith of the replicas. Each reaches it through a proxy of its own,
// which identifies it.
const upstreamURL = "http://langsmith.test"

// langSmith is the sandbox with a record of the requests of each replica.
type langSmith struct {
	*sandbox.Sandbox
	ahead atomic.Int64 // how far its clock is ahead, in nanoseconds

	mu       sync.Mutex
	received []upstreamRequest
	changes  changes
	held     []*hold
}

// upstreamRequest is a request of a replica.
type upstreamRequest struct {
	replica, method, path string
	body                  []byte
	at                    time.Time
}

// isCreate reports whether the request starts a paid job.
func (q upstreamRequest) isCreate() bool {
	return q.method == http.MethodPost && strings.HasSuffix(q.path, "/insights")
}

// hold leaves the next paid request of a replica without a response.
type hold struct {
	replica   string
	processed bool        // whether the request is processed
	arrived   chan string // the name of its job
}

func newLangSmith() *langSmith {
	l := &langSmith{}
	l.Sandbox = sandbox.New(sandbox.Options{
		Empty: true, JobDuration: jobDuration,
		Now: func() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) },
	})
	return l
}

// jobDuration is longer than any test: [langSmith.finishJobs] ends the jobs.
const jobDuration = time.Hour

// finishJobs ends all jobs.
func (l *langSmith) finishJobs() { l.ahead.Add(int64(jobDuration)) }

// proxyFor returns the address of a replica's proxy to this LangSmith.
func (l *langSmith) proxyFor(t testing.TB, replica string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		q := upstreamRequest{replica, r.Method, r.URL.Path, body, time.Now()}
		h := l.record(q)
		if h == nil {
			l.ServeHTTP(w, r)
			return
		}
		if h.processed {
			l.ServeHTTP(httptest.NewRecorder(), r)
		}
		h.arrived <- jobName(body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (l *langSmith) record(q upstreamRequest) *hold {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received = append(l.received, q)
	l.changes.notify()
	for i, h := range l.held {
		if q.isCreate() && h.replica == q.replica {
			l.held = append(l.held[:i:i], l.held[i+1:]...)
			return h
		}
	}
	return nil
}

// holdCreate leaves the next paid request of a replica without a response.
func (l *langSmith) holdCreate(replica string, processed bool) *hold {
	h := &hold{replica, processed, make(chan string, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, h)
	return h
}

// requests returns the requests so far, and a channel that is closed at the next one.
func (l *langSmith) requests() ([]upstreamRequest, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.received[:len(l.received):len(l.received)], l.changes.nextChange()
}

// countCreates counts the paid requests by the name of their job.
func (l *langSmith) countCreates() map[string]int {
	asked, _ := l.requests()
	counts := map[string]int{}
	for _, q := range asked {
		if q.isCreate() {
			counts[jobName(q.body)]++
		}
	}
	return counts
}

func jobName(body []byte) string {
	var request struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(body, &request) // other bodies have no name
	return request.Name
}

// caller has a key, a workspace and a project of its own.
type caller struct {
	key                string
	workspace, project uuid.UUID
}

func (l *langSmith) newCaller() caller {
	c := caller{key: "lsv2_pt_" + uuid.NewString(), workspace: uuid.New()}
	c.project = l.AddProject(sandbox.Project{Workspace: c.workspace, Name: "support", Runs: []trace.Run{
		{Inputs: map[string]any{"question": "where is my parcel"}, Outputs: map[string]any{"answer": "on its way"}},
	}})
	return c
}

// countJobs counts a caller's jobs by their names.
func (l *langSmith) countJobs(c caller) map[string]int {
	counts := map[string]int{}
	for _, job := range l.Jobs(c.workspace, c.project) {
		counts[jobName(job.Request)]++
	}
	return counts
}
