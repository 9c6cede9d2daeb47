package sandbox

import (
	"context"
	"errors"
	"net/http"
	"time"
)

var errTrailing = errors.New("more than one JSON value")

// handler serves one operation. It returns the body of the response, or an *apiError.
type handler func(c *call) (any, error)

// operation is the operation of a route.
type operation struct {
	handler
	success    int
	public     bool       // needs no credential
	generation generation // set for the routes of runs and queues
	successor  string     // the route that replaces an old one
}

type requestStateKey struct{}

// routes returns a mux with every operation at LangSmith's paths. The operations of
// /api/v1 are served without a prefix too.
func (s *Sandbox) routes() *http.ServeMux {
	mux := http.NewServeMux()
	register := func(method, path string, op operation, prefixes ...string) {
		if op.success == 0 {
			op.success = http.StatusOK
		}
		for _, prefix := range prefixes {
			mux.HandleFunc(method+" "+prefix+path, func(w http.ResponseWriter, r *http.Request) {
				s.serve(w.(*bufferedResponse), r, op)
			})
		}
	}
	handle := func(method, path string, h handler) {
		register(method, path, operation{handler: h}, "", "/api/v1")
	}
	old := func(method, path string, h handler, successor string) {
		register(method, path, operation{handler: h, generation: oldRoute, successor: successor}, "", "/api/v1")
	}

	handle("GET", "/sessions", listSessions)
	handle("POST", "/sessions", createSession)
	handle("GET", "/sessions/{session_id}", readSession)

	const insights = "/sessions/{session_id}/insights"
	handle("GET", insights, listJobs)
	handle("POST", insights, createJob)
	handle("GET", insights+"/{job_id}", readJob)
	handle("PATCH", insights+"/{job_id}", renameJob)
	handle("DELETE", insights+"/{job_id}", deleteJob)
	handle("GET", insights+"/{job_id}/clusters/{cluster_id}", readCluster)
	handle("GET", insights+"/{job_id}/runs", listJobRuns)
	handle("GET", insights+"/configs", listConfigs)
	handle("POST", insights+"/configs", createConfig)
	handle("POST", insights+"/configs/generate", generateConfig)
	handle("PATCH", insights+"/configs/{config_id}", updateConfig)
	handle("DELETE", insights+"/configs/{config_id}", deleteConfig)

	old("GET", "/runs/{run_id}", readRun, "/api/v2/runs/{run_id}")
	old("POST", "/runs/query", queryRuns, "/api/v2/runs/query")
	register("POST", "/runs/batch", operation{handler: ingestRuns, success: http.StatusAccepted}, "", "/api/v1")

	handle("GET", "/datasets", listDatasets)
	handle("POST", "/datasets", createDataset)
	handle("POST", "/examples/bulk", createExamples)
	handle("GET", "/examples", listExamples)

	const queueItems = "/platform/annotation-queues/{queue_id}/items"
	handle("GET", "/annotation-queues", listQueues)
	handle("POST", "/annotation-queues", createQueue)
	old("POST", "/annotation-queues/{queue_id}/runs", addQueueRuns, "/api/v1"+queueItems)
	old("GET", "/annotation-queues/{queue_id}/runs", listQueueRuns, "/api/v1"+queueItems)

	handle("GET", "/workspaces", listWorkspaces)
	handle("GET", "/tenants", listWorkspaces)
	handle("GET", "/workspaces/current/secrets", listSecrets)

	next := func(method, path string, h handler, prefix string) {
		register(method, path, operation{handler: h, generation: newRoute}, prefix)
	}
	next("POST", "/runs/query", queryRunsV2, "/api/v2")
	next("GET", "/runs/{run_id}", readRunV2, "/api/v2")
	next("GET", "/runs/{run_id}/url", readRunURL, "/api/v2")
	next("GET", "/sessions", listSessionsV2, "/api/v2")
	next("GET", "/sessions/resolutions", resolveSession, "/api/v1")
	next("POST", queueItems, addQueueItems, "/api/v1")
	next("GET", queueItems, listQueueItems, "/api/v1")
	next("GET", queueItems+"/count", countQueueItems, "/api/v1")
	next("POST", "/platform/annotation-queues/items/{item_id}/status", reviewQueueItem, "/api/v1")

	public := func(method, path string, h handler, prefixes ...string) {
		register(method, path, operation{handler: h, public: true}, prefixes...)
	}
	public("GET", "/info", readInfo, "", "/api/v1")
	public("GET", metadataPath, readAuthorizationServer, "", "/api")
	public("GET", metadataPath+"/api", readAuthorizationServer, "")
	public("POST", "/oauth/device/code", startLogin, "", "/api")
	public("POST", "/oauth/token", issueToken, "", "/api")
	return mux
}

// requestState is passed from dispatch through the mux to serve.
type requestState struct {
	raw    []byte
	now    time.Time
	routes Routes
	origin string // the scheme and host of the request
}

// serve runs one operation with the sandbox locked.
func (s *Sandbox) serve(a *bufferedResponse, r *http.Request, op operation) {
	v := r.Context().Value(requestStateKey{}).(requestState)
	if err := op.generation.check(v.routes); err != nil {
		a.writeError(err)
		return
	}
	if op.generation == oldRoute {
		deprecate(a.header, op.successor)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value, err := s.call(&call{requestState: v, s: s, http: r, query: r.URL.Query()}, op)
	if err != nil {
		a.writeError(err)
		return
	}
	a.json(op.success, value)
}

func (s *Sandbox) call(c *call, op operation) (any, error) {
	if op.public {
		return op.handler(c)
	}
	id, err := s.authorize(c.http.Header, c.now)
	if err != nil {
		return nil, err
	}
	if c.ws, err = s.workspace(id); err != nil {
		return nil, err
	}
	return op.handler(c)
}

// dispatch runs the operation of a request.
func (s *Sandbox) dispatch(a *bufferedResponse, r *http.Request, v requestState) {
	r = r.WithContext(context.WithValue(r.Context(), requestStateKey{}, v))
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(a, r)
		return
	}
	// The mux writes 404 and 405 in plain text, FastAPI in JSON.
	plain := newBufferedResponse()
	s.mux.ServeHTTP(plain, r)
	if allow := plain.header.Get("Allow"); allow != "" {
		a.header.Set("Allow", allow)
	}
	status := plain.status
	if status != http.StatusMethodNotAllowed {
		status = http.StatusNotFound
	}
	a.json(status, detail{http.StatusText(status)})
}
