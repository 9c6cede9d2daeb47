package langsmith_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// hasOlderRoute has the operations with two generations of routes.
var hasOlderRoute = map[string]bool{"GetRun": true, "ListRunsByID": true, "AddQueueRuns": true}

// routeReplies is a transport that responds by route; other routes do not exist.
type routeReplies map[string]reply

func (g routeReplies) RoundTrip(r *http.Request) (*http.Response, error) {
	for route, answer := range g {
		if method, path, _ := strings.Cut(route, " "); r.Method == method && strings.HasPrefix(r.URL.Path, path) {
			return answer(r)
		}
	}
	return newReply(http.StatusNotFound, `{"detail":"Not Found"}`)(r)
}

const (
	runV1    = `{"id":"33333333-3333-4333-8333-333333333333","session_id":"11111111-1111-4111-8111-111111111111","run_type":"llm","status":"error","start_time":"2026-01-31T14:25:30","end_time":"2026-01-31T14:25:32.5","trace_id":"22222222-2222-4222-8222-222222222222","parent_run_id":"22222222-2222-4222-8222-222222222222","tags":["a"],"extra":{"metadata":{"thread_id":"t","plan":"pro"}},"total_cost":"0.5"}`
	runV2    = `{"id":"33333333-3333-4333-8333-333333333333","project_id":"11111111-1111-4111-8111-111111111111","run_type":"LLM","status":"ERROR","start_time":"2026-01-31T14:25:30Z","end_time":"2026-01-31T14:25:32.5Z","latency_seconds":2.5,"trace_id":"22222222-2222-4222-8222-222222222222","parent_run_ids":["44444444-4444-4444-8444-444444444444","22222222-2222-4222-8222-222222222222"],"thread_id":"t","tags":["a"],"metadata":{"thread_id":"t","plan":"pro"},"total_cost":0.5}`
	notFound = `{"detail":"Run not found"}`
	itemV1   = `[{"run_id":"22222222-2222-4222-8222-222222222222","id":"44444444-4444-4444-8444-444444444444"}]`
	itemsV2  = `{"items":[{"run_id":"22222222-2222-4222-8222-222222222222","id":"44444444-4444-4444-8444-444444444444"}]}`
)

// clientOfRoutes returns a client of an endpoint, and a function that lists its requests since
// the last call.
func clientOfRoutes(t *testing.T, answers routeReplies) (*langsmith.Client, func() []string) {
	t.Helper()
	var sent []string
	caller := client(recorder{answers, &sent})
	return caller, func() []string {
		got := sent
		sent = nil
		return got
	}
}

type recorder struct {
	next http.RoundTripper
	sent *[]string
}

func (r recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	*r.sent = append(*r.sent, request.Method+" "+request.URL.Path)
	return r.next.RoundTrip(request)
}

const (
	getRunV2 = "GET /api/v2/runs/33333333-3333-4333-8333-333333333333"
	getRunV1 = "GET /api/v1/runs/33333333-3333-4333-8333-333333333333"
	queryV2  = "POST /api/v2/runs/query"
	queryV1  = "POST /api/v1/runs/query"
	itemsV2s = "POST /api/v1/platform/annotation-queues/33333333-3333-4333-8333-333333333333/items"
	itemsV1s = "POST /api/v1/annotation-queues/33333333-3333-4333-8333-333333333333/runs"
)

func wantSent(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: sent\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A run is the same from either route.
func TestRunsOfBothGenerations(t *testing.T) {
	var got [2]*langsmith.Run
	for i, answers := range []routeReplies{{getRunV2: newReply(200, runV2)}, {getRunV1: newReply(200, runV1)}} {
		caller, _ := clientOfRoutes(t, answers)
		run, err := caller.GetRun(t.Context(), project, other)
		if err != nil {
			t.Fatal(err)
		}
		latency, ok := run.LatencySeconds()
		cost, _ := run.TotalCost.Get()
		if run.Status != "error" || run.Type != "llm" || run.ProjectID != project || run.TraceID != job || run.ParentID != job || run.IsRoot() ||
			!ok || latency != 2.5 || cost != 0.5 || run.ThreadID != "t" || len(run.Tags) != 1 || string(run.Metadata) != `{"thread_id":"t","plan":"pro"}` {
			t.Errorf("route %d returns %+v", 2-i, run)
		}
		got[i] = run
	}
	if !got[0].StartTime.Equal(got[1].StartTime.Time) {
		t.Errorf("the start times are %s and %s", got[0].StartTime, got[1].StartTime)
	}
}

// An absent route is remembered and requested again after a while. Every response of an
// existing route is used.
func TestAbsentRoutes(t *testing.T) {
	for name, missing := range map[string]reply{
		"404":         newReply(404, `{"detail":"Not Found"}`),
		"404 in HTML": newReply(404, "<html>"),
		"405":         newReply(405, ""),
		"410":         newReply(410, `{"detail":"This route has been removed"}`),
		"501":         newReply(501, `{"detail":"not supported here"}`),
	} {
		t.Run("without v2: "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answers := routeReplies{getRunV2: missing, queryV2: missing, getRunV1: newReply(200, runV1), queryV1: newReply(200, `{"runs":[`+runV1+`]}`)}
				caller, sent := clientOfRoutes(t, answers)
				query := func() {
					runs, err := caller.ListRunsByID(t.Context(), project, []uuid.UUID{other})
					if err != nil || len(runs) != 1 || runs[0].Status != "error" {
						t.Fatalf("the runs are %+v, %v", runs, err)
					}
				}
				query()
				wantSent(t, "the first query", sent(), queryV2, queryV1)
				query()
				wantSent(t, "the second query", sent(), queryV1)
				if _, err := caller.GetRun(t.Context(), project, other); err != nil {
					t.Error(err)
				}
				wantSent(t, "one run", sent(), getRunV1)
				time.Sleep(11 * time.Minute)
				answers[queryV2] = newReply(200, `{"items":[`+runV2+`]}`)
				query()
				wantSent(t, "after an upgrade", sent(), queryV2)
				query()
				wantSent(t, "once more", sent(), queryV2)
			})
		})
		t.Run("without v1: "+name, func(t *testing.T) {
			answers := routeReplies{getRunV1: missing, queryV1: missing, getRunV2: newReply(200, runV2), queryV2: newReply(200, `{"items":[`+runV2+`]}`)}
			caller, sent := clientOfRoutes(t, answers)
			if _, err := caller.GetRun(t.Context(), project, other); err != nil {
				t.Error(err)
			}
			if _, err := caller.ListRunsByID(t.Context(), project, []uuid.UUID{other}); err != nil {
				t.Error(err)
			}
			wantSent(t, "both", sent(), getRunV2, queryV2)
		})
	}
}

// A missing run is distinguished from an absent route.
func TestMissingRuns(t *testing.T) {
	for name, c := range map[string]struct {
		answers routeReplies
		sent    []string
	}{
		"v2 does not find the run":                            {routeReplies{getRunV2: newReply(404, notFound), getRunV1: newReply(200, runV1)}, []string{getRunV2}},
		"v2 is absent, v1 is gone":                            {routeReplies{getRunV1: newReply(410, "")}, []string{getRunV2, getRunV1}},
		"v2 is absent, v1 does not find the run":              {routeReplies{getRunV2: newReply(501, ""), getRunV1: newReply(404, notFound)}, []string{getRunV2, getRunV1}},
		"both are absent":                                     {routeReplies{}, []string{getRunV2, getRunV1}},
		"v2 responds in plain text, v1 does not find the run": {routeReplies{getRunV2: newReply(404, "404 page not found"), getRunV1: newReply(404, notFound)}, []string{getRunV2, getRunV1}},
	} {
		t.Run(name, func(t *testing.T) {
			caller, sent := clientOfRoutes(t, c.answers)
			_, err := caller.GetRun(t.Context(), project, other)
			if failed := failure(t, err); failed.Status != http.StatusNotFound {
				t.Errorf("got %v", failed)
			}
			wantSent(t, "one run", sent(), c.sent...)
		})
	}
}

// A run of another project, which the newer route does not find, does not make the route
// count as absent.
func TestRunOfAnotherProject(t *testing.T) {
	caller, sent := clientOfRoutes(t, routeReplies{getRunV1: newReply(200, strings.Replace(runV1, "1111", "5555", 1))})
	for range 2 {
		if run, err := caller.GetRun(t.Context(), project, other); err != nil || run.ProjectID == project {
			t.Fatalf("the run is %+v, %v", run, err)
		}
		wantSent(t, "a run of another project", sent(), getRunV2, getRunV1)
	}
}

// During a migration, each request may reach another release.
func TestRoutesDuringMigration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // each call waits before it tries again
		n := 0
		flipping := func(there reply) reply {
			return func(r *http.Request) (*http.Response, error) {
				if n++; n%2 == 1 {
					return newReply(501, "")(r)
				}
				return there(r)
			}
		}
		caller, _ := clientOfRoutes(t, routeReplies{queryV2: flipping(newReply(200, `{"items":[`+runV2+`]}`)), queryV1: flipping(newReply(200, `{"runs":[`+runV1+`]}`))})
		for i := range 20 {
			if runs, err := caller.ListRunsByID(t.Context(), project, []uuid.UUID{other}); err != nil || len(runs) != 1 {
				t.Fatalf("call %d: %v, %v", i, runs, err)
			}
		}
	})
}

// Without a project only the older route can be called. If it is absent, the error says
// that a project is needed.
func TestRunWithoutProject(t *testing.T) {
	caller, sent := clientOfRoutes(t, routeReplies{getRunV1: newReply(200, runV1), getRunV2: newReply(200, runV2)})
	if _, err := caller.GetRun(t.Context(), uuid.Nil, other); err != nil {
		t.Error(err)
	}
	wantSent(t, "without a project", sent(), getRunV1)
	caller, _ = clientOfRoutes(t, routeReplies{getRunV1: newReply(501, ""), getRunV2: newReply(200, runV2)})
	if _, err := caller.GetRun(t.Context(), uuid.Nil, other); !errors.Is(err, langsmith.ErrRunNeedsProject) {
		t.Errorf("got %v", err)
	}
}

func TestQueueRoutes(t *testing.T) {
	run := langsmith.QueueRun{RunID: job, ProjectID: project, StartTime: time.Now()}
	for _, extend := range []bool{false, true} {
		caller, sent := clientOfRoutes(t, routeReplies{itemsV2s: newReply(200, itemsV2), itemsV1s: newReply(200, itemV1)})
		added, err := caller.AddQueueRuns(t.Context(), other, []langsmith.QueueRun{run}, extend)
		if err != nil || len(added.Runs) != 1 || added.Runs[0] != job || added.ExtendedRetention != extend {
			t.Errorf("the added runs are %+v, %v", added, err)
		}
		wantSent(t, "both there", sent(), itemsV2s)
	}
	caller, sent := clientOfRoutes(t, routeReplies{itemsV1s: newReply(200, itemV1)})
	for i := range 2 {
		added, err := caller.AddQueueRuns(t.Context(), other, []langsmith.QueueRun{run}, false)
		if err != nil || len(added.Runs) != 1 || added.Runs[0] != job || !added.ExtendedRetention {
			t.Errorf("older: %+v, %v", added, err)
		}
		wantSent(t, "without the newer", sent(), []string{itemsV2s, itemsV1s}[i:]...)
	}
	// A request that may have been processed is not sent to the other route.
	caller, sent = clientOfRoutes(t, routeReplies{itemsV2s: newReply(502, ""), itemsV1s: newReply(200, itemV1)})
	if _, err := caller.AddQueueRuns(t.Context(), other, []langsmith.QueueRun{run}, false); !failure(t, err).Ambiguous() {
		t.Errorf("got %v", err)
	}
	wantSent(t, "a broken gateway", sent(), itemsV2s)
}

// A queue is read in all review states, page by page, up to its count.
func TestReadQueue(t *testing.T) {
	const item = `{"run_id":"%","item_type":"RUN"}`
	page := func(next string, ids ...string) string {
		var items []string
		for _, id := range ids {
			items = append(items, strings.Replace(item, "%", id, 1))
		}
		return `{"items":[` + strings.Join(items, ",") + `],"next_cursor":"` + next + `"}`
	}
	const a, b, c = "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
	sections := map[string]string{
		"needs_my_review":     page("2", a),
		"needs_my_review/2":   page("", b),
		"needs_others_review": page("", c),
		"archived":            `{"items":[{"item_type":"THREAD","id":"55555555-5555-4555-8555-555555555555","thread_id":"t"}],"next_cursor":null}`,
	}
	var count string
	requests := 0
	caller := client(roundTrip(func(r *http.Request) (*http.Response, error) {
		requests++
		answer := count
		if !strings.HasSuffix(r.URL.Path, "/count") {
			key := r.URL.Query().Get("status")
			if cursor := r.URL.Query().Get("cursor"); cursor != "" {
				key += "/" + cursor
			}
			answer = sections[key]
		}
		return newReply(200, answer)(r)
	}))
	for _, c := range []struct {
		count          string
		runs, requests int
	}{
		{`{"count":0}`, 0, 1}, {`{"count":2}`, 2, 3}, {`{"count":3}`, 3, 4}, {`{"count":4}`, 3, 5}, {`{}`, 3, 5},
	} {
		count, requests = c.count, 0
		held, err := caller.ListQueueRuns(t.Context(), other, 100)
		if err != nil || !held.Complete || len(held.Runs) != c.runs || requests != c.requests {
			t.Errorf("%s: %+v with %d requests, want %d and %d: %v", c.count, held, requests, c.runs, c.requests, err)
		}
	}
	if held, err := caller.ListQueueRuns(t.Context(), other, 1); err != nil || held.Complete {
		t.Errorf("got more than the limit: %+v, %v", held, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A query with every field, on both routes. The newer always gets a start time, since it
// would otherwise return one day only.
func TestRunsQueryRequest(t *testing.T) {
	q := langsmith.RunsQuery{
		Project: project, TraceID: other, RootsOnly: true, Filter: `gt(latency, 2)`,
		Before: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Fields: []langsmith.RunField{langsmith.RunLatency, langsmith.RunMetadata}, Limit: 1000, Cursor: "c",
	}
	bodies := map[string]string{}
	caller := client(roundTrip(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		bodies[r.URL.Path] = string(body)
		return routeReplies{queryV1: newReply(200, `{"runs":[`+runV1+`],"cursors":{"next":"d"}}`)}.RoundTrip(r)
	}))
	page, err := caller.QueryRuns(t.Context(), q)
	if err != nil || len(page.Runs) != 1 || page.Next != "d" {
		t.Errorf("the runs are %+v, %v", page, err)
	}
	for path, want := range map[string]string{
		"/api/v2/runs/query": `{"project_ids":["11111111-1111-4111-8111-111111111111"],"trace_id":"33333333-3333-4333-8333-333333333333","is_root":true,"filter":"gt(latency, 2)","min_start_time":"1970-01-01T00:00:00Z","max_start_time":"2026-02-01T00:00:00Z","selects":["ID","LATENCY_SECONDS","METADATA"],"cursor":"c","page_size":1000}`,
		"/api/v1/runs/query": `{"session":["11111111-1111-4111-8111-111111111111"],"trace":"33333333-3333-4333-8333-333333333333","is_root":true,"filter":"gt(latency, 2)","end_time":"2026-02-01T00:00:00Z","select":["id","start_time","end_time","extra"],"cursor":"c","limit":100}`,
	} {
		if bodies[path] != want {
			t.Errorf("%s got\n%s\nwant\n%s", path, bodies[path], want)
		}
	}
}

// A list ends at an unchanged cursor or an empty page.
func TestUnchangedCursor(t *testing.T) {
	for _, body := range []string{`{"items":[` + runV2 + `],"next_cursor":"c"}`, `{"items":[],"next_cursor":"d"}`} {
		caller, _ := clientOfRoutes(t, routeReplies{queryV2: newReply(200, body)})
		page, err := caller.QueryRuns(t.Context(), langsmith.RunsQuery{Project: project, Cursor: "c"})
		if err != nil || page.Next != "" {
			t.Errorf("%s: next %q, %v", body, page.Next, err)
		}
	}
}

// OnDeprecated gets the announced end of a route, without ids in its path.
func TestDeprecations(t *testing.T) {
	var got []langsmith.Deprecation
	caller := langsmith.New(langsmith.Options{
		Credentials: langsmith.Credentials{APIKey: key},
		Transport: newUpstream(newReply(200, runV1,
			"Deprecation", "@1769817600", "Sunset", "Sun, 31 Jan 2027 00:00:00 GMT", "Link", `<https://docs.example.com/moving>; rel="deprecation"`)),
		OnDeprecated: func(d langsmith.Deprecation) { got = append(got, d) },
	})
	if _, err := caller.GetRun(t.Context(), uuid.Nil, other); err != nil {
		t.Fatal(err)
	}
	want := langsmith.Deprecation{
		Method: "GET", Route: "/runs/{id}", Sunset: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Link: "https://docs.example.com/moving",
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	quiet := langsmith.New(langsmith.Options{
		Credentials: langsmith.Credentials{APIKey: key}, Transport: newUpstream(newReply(200, runV1)),
		OnDeprecated: func(d langsmith.Deprecation) { t.Errorf("got %+v for a route that is not deprecated", d) },
	})
	if err := discard(quiet.GetRun(context.Background(), uuid.Nil, other)); err != nil {
		t.Error(err)
	}
}

// OnResponse gets every response, including errors, without the credential and without ids
// in its route.
func TestOnResponse(t *testing.T) {
	var got []string
	caller := langsmith.New(langsmith.Options{
		Credentials: langsmith.Credentials{APIKey: key},
		Transport:   newUpstream(newReply(200, `{"unknown":"`+key+`","id":"33333333-3333-4333-8333-333333333333"}`), newReply(404, notFound)),
		OnResponse: func(a langsmith.Response) {
			got = append(got, fmt.Sprintf("%s %s %d %s", a.Method, a.Route, a.Status, a.Body))
		},
	})
	for range 2 {
		_, _ = caller.GetRun(t.Context(), uuid.Nil, other)
	}
	want := []string{`GET /runs/{id} 200 {"unknown":"[redacted]","id":"33333333-3333-4333-8333-333333333333"}`, `GET /runs/{id} 404 ` + notFound}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
