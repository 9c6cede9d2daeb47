package paid

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// The guarantee adds one list to an ordinary call, which calls within two seconds share,
// and one read of the job to an equal call, with any state.
func TestRequestsOfOrdinaryCalls(t *testing.T) {
	const list, read, post = "GET /insights", "GET /insights/JOB", "POST /insights"
	test := func(t *testing.T, open func() Store, known string) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: open(), MaxJobsPerDay: 10}})
		seen := 0
		want := func(what string, requests ...string) {
			t.Helper()
			all := w.Requests()
			var got []string
			for _, request := range all[seen:] {
				_, path, _ := strings.Cut(request.Path, w.project.String())
				for _, job := range w.jobs() {
					path = strings.ReplaceAll(path, job.ID.String(), "JOB")
				}
				got = append(got, request.Method+" "+path)
			}
			seen = len(all)
			if !slices.Equal(got, requests) {
				t.Errorf("%s: %q, want %q", what, got, requests)
			}
		}
		w.start(t, w.call(withContext("1")))
		want("the first call", list, post)
		w.start(t, w.call(withContext("1")))
		want("an equal call", read)
		w.start(t, w.call(withContext("2")))
		want("another call", post)
		duplicate := w.call(withContext("1"))
		duplicate.AllowDuplicate = true
		w.start(t, duplicate)
		want("a duplicate", post)
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`})
		if _, err := w.ledger.Start(t.Context(), w.call(withContext("3"))); err == nil {
			t.Error("a refused call succeeded")
		}
		want("a refused call", post)
		w.drain(t)
		other := New(Options{Store: open(), MaxJobsPerDay: 10})
		for _, question := range []string{"2", "4"} {
			if _, err := other.Start(t.Context(), w.call(withContext(question))); err != nil {
				t.Error(err)
			}
		}
		want("another process", list, known, post)
		if err := other.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	}
	t.Run("memory", func(t *testing.T) { test(t, func() Store { return nil }, post) }) // since nothing is shared
	eachShared(t, func(t *testing.T, open func() Store) { test(t, open, read) })
}
