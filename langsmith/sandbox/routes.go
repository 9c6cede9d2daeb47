package sandbox

import (
	"errors"
	"net/http"
	"time"
)

var errTrailing = errors.New("more than one JSON value")

// handler serves one operation: a value for a success, a *problem otherwise.
type handler func(c *call) (any, error)

type callKey struct{}

// routes lists every operation, once with and once without /api/v1.
func (s *Sandbox) routes() *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(method, path string, success int, h handler) {
		for _, prefix := range []string{"", "/api/v1"} {
			mux.HandleFunc(method+" "+prefix+path, func(w http.ResponseWriter, r *http.Request) {
				s.serve(w.(*answer), r, success, h)
			})
		}
	}
	const ok = http.StatusOK

	handle("GET", "/sessions", ok, listSessions)
	handle("POST", "/sessions", ok, createSession)
	handle("GET", "/sessions/{session_id}", ok, readSession)

	const insights = "/sessions/{session_id}/insights"
	handle("GET", insights, ok, listJobs)
	handle("POST", insights, ok, createJob)
	handle("GET", insights+"/{job_id}", ok, readJob)
	handle("PATCH", insights+"/{job_id}", ok, renameJob)
	handle("DELETE", insights+"/{job_id}", ok, deleteJob)
	handle("GET", insights+"/{job_id}/clusters/{cluster_id}", ok, readCluster)
	handle("GET", insights+"/{job_id}/runs", ok, listJobRuns)
	handle("GET", insights+"/configs", ok, listConfigs)
	handle("POST", insights+"/configs", ok, createConfig)
	handle("POST", insights+"/configs/generate", ok, generateConfig)
	handle("PATCH", insights+"/configs/{config_id}", ok, updateConfig)
	handle("DELETE", insights+"/configs/{config_id}", ok, deleteConfig)

	handle("GET", "/runs/{run_id}", ok, readRun)
	handle("POST", "/runs/query", ok, queryRuns)
	handle("POST", "/runs/batch", http.StatusAccepted, ingestRuns)

	handle("GET", "/datasets", ok, listDatasets)
	handle("POST", "/datasets", ok, createDataset)
	handle("POST", "/examples/bulk", ok, createExamples)
	handle("GET", "/examples", ok, listExamples)

	handle("GET", "/annotation-queues", ok, listQueues)
	handle("POST", "/annotation-queues", ok, createQueue)
	handle("POST", "/annotation-queues/{queue_id}/runs", ok, addToQueue)
	handle("GET", "/annotation-queues/{queue_id}/runs", ok, listQueueRuns)

	handle("GET", "/workspaces", ok, listWorkspaces)
	handle("GET", "/tenants", ok, listWorkspaces)
	handle("GET", "/workspaces/current/secrets", ok, listSecrets)
	return mux
}

// visit is what a request carries from dispatch, through the mux, to serve.
type visit struct {
	body []byte
	now  time.Time
}

// serve runs one handler with the sandbox locked.
func (s *Sandbox) serve(a *answer, r *http.Request, success int, h handler) {
	v := r.Context().Value(callKey{}).(visit)
	s.mu.Lock()
	defer s.mu.Unlock()

	value, err := func() (any, error) {
		id, err := s.authorize(r.Header)
		if err != nil {
			return nil, err
		}
		if err := s.rates.take(s.opts.RateLimits, r, v.now); err != nil {
			return nil, err
		}
		ws, err := s.workspace(id)
		if err != nil {
			return nil, err
		}
		return h(&call{s: s, ws: ws, now: v.now, http: r, raw: v.body, query: r.URL.Query()})
	}()

	var p *problem
	switch {
	case err == nil:
		a.json(success, value)
	case errors.As(err, &p):
		for name, values := range p.header {
			a.header[name] = values
		}
		a.json(p.status, p.body)
	default:
		a.json(http.StatusInternalServerError, detail{"Internal Server Error"})
	}
}
