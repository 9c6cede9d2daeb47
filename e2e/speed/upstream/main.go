// Command upstream is the least that a create_insights_job call needs of
// LangSmith: it answers each POST of a job at once, lists none, and counts, so
// that a measurement can tell that each call made one request and no more.
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
	posts, lists, others atomic.Int64
	last                 atomic.Pointer[[]byte] // the body of the last POST
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
	mux.HandleFunc("GET /last", func(w http.ResponseWriter, _ *http.Request) { answer(w, *u.last.Load()) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		u.others.Add(1)
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
	answer(w, fmt.Appendf(nil, `{"id":"00000000-0000-4000-8000-%012x","name":%q,"status":"queued"}`, u.posts.Add(1), request.Name))
}

func (u *upstream) list(w http.ResponseWriter, _ *http.Request) {
	u.lists.Add(1)
	answer(w, []byte(`{"clustering_jobs":[]}`))
}

func (u *upstream) counts(w http.ResponseWriter, _ *http.Request) {
	counted, err := json.Marshal(insights.Counts{Posts: u.posts.Load(), Lists: u.lists.Load(), Others: u.others.Load()})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, counted)
}

func answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}
