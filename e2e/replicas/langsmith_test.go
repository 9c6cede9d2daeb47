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

// upstreamURL is where the replicas believe LangSmith to be. They reach it
// through a proxy each, so that it is known who asked.
const upstreamURL = "http://langsmith.test"

// langSmith is the sandbox, with a record of which replica asked what.
type langSmith struct {
	*sandbox.Sandbox
	ahead atomic.Int64 // nanoseconds that its clock is ahead

	mu    sync.Mutex
	asked []question
	news  news
	held  []*hold
}

// question is a request of a replica's.
type question struct {
	replica, method, path string
	body                  []byte
	at                    time.Time
}

// isCreate reports whether it starts a paid job.
func (q question) isCreate() bool {
	return q.method == http.MethodPost && strings.HasSuffix(q.path, "/insights")
}

// hold keeps a replica's next paid request without an answer.
type hold struct {
	replica   string
	processed bool        // it takes effect all the same
	arrived   chan string // the name of the job that it asks for
}

func newLangSmith() *langSmith {
	l := &langSmith{}
	l.Sandbox = sandbox.New(sandbox.Options{
		Empty: true, JobDuration: jobDuration,
		Now: func() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) },
	})
	return l
}

// jobDuration is longer than any test: jobs end when [langSmith.finishJobs] says so.
const jobDuration = time.Hour

// finishJobs makes the reports of all jobs ready.
func (l *langSmith) finishJobs() { l.ahead.Add(int64(jobDuration)) }

// proxyFor returns the address of the proxy that leads a replica here.
func (l *langSmith) proxyFor(t testing.TB, replica string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		q := question{replica, r.Method, r.URL.Path, body, time.Now()}
		h := l.note(q)
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

func (l *langSmith) note(q question) *hold {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, q)
	l.news.tell()
	for i, h := range l.held {
		if q.isCreate() && h.replica == q.replica {
			l.held = append(l.held[:i:i], l.held[i+1:]...)
			return h
		}
	}
	return nil
}

// holdCreate keeps the next paid request of a replica unanswered.
func (l *langSmith) holdCreate(replica string, processed bool) *hold {
	h := &hold{replica, processed, make(chan string, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, h)
	return h
}

// questions are the requests so far, and what is closed at the next.
func (l *langSmith) questions() ([]question, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[:len(l.asked):len(l.asked)], l.news.changed()
}

// creates counts the paid requests for each job's name.
func (l *langSmith) creates() map[string]int {
	asked, _ := l.questions()
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
	_ = json.Unmarshal(body, &request) // what is no request has no name
	return request.Name
}

// caller is somebody with a key, a workspace and a project of their own.
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

// jobs counts a caller's jobs by their names.
func (l *langSmith) jobs(c caller) map[string]int {
	counts := map[string]int{}
	for _, job := range l.Jobs(c.workspace, c.project) {
		counts[jobName(job.Request)]++
	}
	return counts
}
