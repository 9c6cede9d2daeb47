// Command upstream is a minimal LangSmith for create_insights_job: it answers each POST of
// a job immediately, lists no jobs, and counts the requests.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"

	"langsmith-insights-mcp/e2e/speed/insights"
)

type upstream struct {
	posts, lists, unknown atomic.Int64
	last                  atomic.Pointer[[]byte] // body of the last POST
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	go func() { // ends with the program that started it
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.Serve(listener, new(upstream).routes()))
}

func (u *upstream) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/sessions/{id}/insights", u.create)
	mux.HandleFunc("GET /api/v1/sessions/{id}/insights", u.list)
	mux.HandleFunc("GET /counts", u.counts)
	mux.HandleFunc("GET /last", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, *u.last.Load()) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		u.unknown.Add(1)
		http.NotFound(w, r)
	})
	return mux
}

func (u *upstream) create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var request struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	u.last.Store(&body)
	writeJSON(w, fmt.Appendf(nil, `{"id":"00000000-0000-4000-8000-%012x","name":%q,"status":"queued"}`, u.posts.Add(1), request.Name))
}

func (u *upstream) list(w http.ResponseWriter, _ *http.Request) {
	u.lists.Add(1)
	writeJSON(w, []byte(`{"clustering_jobs":[]}`))
}

func (u *upstream) counts(w http.ResponseWriter, _ *http.Request) {
	counted, err := json.Marshal(insights.Counts{Posts: u.posts.Load(), Lists: u.lists.Load(), Others: u.unknown.Load()})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, counted)
}

func writeJSON(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}
